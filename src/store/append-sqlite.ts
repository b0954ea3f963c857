import { type RawBuilder, sql } from 'kysely';
import { isAppError } from '../../shared/errors.ts';
import type { Append, Appended } from './append.ts';
import type { Database } from './schema.ts';

/**
 * SQLite has no statement that writes several tables, and a trigger may: what is inserted into this view is written to all of them. View and
 * trigger are temporary, so they belong to the connection and to this release, not to the file
 * (https://www.sqlite.org/lang_createtrigger.html#instead_of_triggers, #temp_triggers_on_non_temp_tables).
 */
const PROCEDURE: readonly RawBuilder<unknown>[] = [
  sql`pragma temp_store = memory`,
  sql`create temp view audit_appends as
    select seq as from_seq, hash as from_hash, key_id as from_key_id, mac as from_mac, seq, hash, key_id, mac, '' as events, '' as terms,
      '' as journey, 0 as from_version, 0 as version, '' as status, 0 as expires_at, '' as state
    from audit_head`,
  sql`create temp trigger append_to_audit instead of insert on audit_appends begin
    update audit_head set seq = new.seq, hash = new.hash, key_id = new.key_id, mac = new.mac
      where seq = new.from_seq and hash = new.from_hash and key_id = new.from_key_id and mac = new.from_mac;
    select raise(abort, 'another end') where changes() = 0;
    insert into audit_events (seq, at, type, data, salt, hash, mac, previous_hash, key_id)
      select value ->> 'seq', value ->> 'at', value ->> 'type', value ->> 'data', value ->> 'salt', value ->> 'hash', value ->> 'mac',
        value ->> 'previous_hash', value ->> 'key_id'
      from json_each(new.events);
    insert into audit_terms (term, seq) select value ->> 'term', value ->> 'seq' from json_each(new.terms);
    update journeys set version = new.version, status = new.status, expires_at = new.expires_at, state = new.state
      where id = new.journey and version = new.from_version;
    select raise(abort, 'another version') where new.journey is not null and changes() = 0;
  end`,
];

/** Once for each connection, before the first append. The tables must be there. */
export async function prepareAppends(db: Database): Promise<void> {
  for (const part of PROCEDURE) await part.execute(db);
}

/** Appends in one statement. @returns null: the end is another one than `from`, or the journey has moved on; nothing was written */
export async function appendToSqlite(db: Database, { from, to, events, terms, move }: Append): Promise<Appended | null> {
  try {
    await sql`insert into audit_appends (from_seq, from_hash, from_key_id, from_mac, seq, hash, key_id, mac, events, terms,
        journey, from_version, version, status, expires_at, state)
      values (${from.seq}, ${from.hash}, ${from.key_id}, ${from.mac}, ${to.seq}, ${to.hash}, ${to.key_id}, ${to.mac},
        ${JSON.stringify(events)}, ${JSON.stringify(terms)},
        ${move?.id ?? null}, ${move?.from ?? null}, ${move?.version ?? null}, ${move?.status ?? null}, ${move?.expires_at ?? null},
        ${move?.state ?? null})
      returning seq`.execute(db);
    return { moved: move !== null };
  } catch (error) {
    if (isAppError(error) && error.details.reason === 'SQLITE_CONSTRAINT_TRIGGER') return null;
    throw error;
  }
}
