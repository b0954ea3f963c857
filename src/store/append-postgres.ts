import { sql } from 'kysely';
import type { Append, Appended, JourneyMove } from './append.ts';
import { APPENDS_CHANNEL } from './appends.ts';
import type { Database } from './schema.ts';

/**
 * PostgreSQL lets one statement write several tables, which saves round trips, and tell whoever listens once it is committed: several calls
 * of one transaction are told as one (PostgreSQL manual, NOTIFY). The end was read and locked.
 */
export async function appendToPostgres(db: Database, { to, events, terms, move }: Append): Promise<Appended> {
  const moved = db.with('moved', (inner) => inner.updateTable('audit_head').set(to));
  const indexed = (
    terms.length === 0 ? moved : moved.with('indexed', (inner) => inner.insertInto('audit_terms').values(terms))
  ) as typeof moved;
  const told = sql<string>`pg_notify(${sql.lit(APPENDS_CHANNEL)}, '')`.as('told');
  if (move === null) {
    await indexed.insertInto('audit_events').values(events).returning(told).execute();
    return { moved: false };
  }
  const rows = await indexed
    .with('advanced', (inner) => advance(inner, move).returning('journeys.id'))
    .insertInto('audit_events')
    .values(events)
    .returning((eb) => [
      told,
      eb
        .selectFrom('advanced')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .as('advanced'),
    ])
    .execute();
  return { moved: Number(rows[0]?.advanced) === 1 };
}

const advance = (db: Pick<Database, 'updateTable'>, { id, from, version, status, expires_at, state }: JourneyMove) =>
  db.updateTable('journeys').set({ version, status, expires_at, state }).where('journeys.id', '=', id).where('journeys.version', '=', from);
