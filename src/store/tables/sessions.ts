import type { Selectable } from 'kysely';
import type { SessionEnd, SessionRights, SessionRow, SessionStore } from '../../core/ports/session-store.ts';
import type { TableContext } from '../context.ts';
import { readable } from '../readable.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';

/** The verbs of table `sessions`. */
export function createSessions(context: TableContext): SessionStore {
  const toRow = (row: Selectable<Schema['sessions']>): SessionRow => ({
    id: row.id,
    tokenDigest: row.token_digest,
    journeyId: row.journey_id,
    directory: row.directory,
    accountId: row.account_id,
    rights: row.rights as SessionRights,
    facts: openColumn(context.secrets, 'sessions', row, row.facts),
    createdAt: row.created_at,
    endsAt: row.ends_at,
    seenAt: row.seen_at,
    endedAt: row.ended_at,
    endedBecause: row.ended_because as SessionEnd | null,
    roles: row.roles === null ? [] : (JSON.parse(row.roles) as string[]),
    rolesReadAt: row.roles_read_at,
  });
  const ended = (because: SessionEnd, now: number) => ({ ended_at: now, ended_because: because });

  return {
    async insert(row) {
      const columns = columnsOf(row);
      const facts = sealColumn(context.secrets, 'sessions', columns, row.facts);
      const result = await context.db
        .insertInto('sessions')
        .values({
          ...columns,
          facts,
          seen_at: row.seenAt,
          ended_at: row.endedAt,
          ended_because: row.endedBecause,
          ...rolesOf(row.roles, row.rolesReadAt),
        })
        .onConflict((conflict) => conflict.column('journey_id').doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },
    async findByToken(tokenDigest) {
      const row = await context.db.selectFrom('sessions').selectAll().where('token_digest', '=', tokenDigest).executeTakeFirst();
      return row === undefined ? null : (readable(context, 'sessions', [row], toRow)[0] ?? null);
    },
    async ofAccount(account, now) {
      const rows = await context.db
        .selectFrom('sessions')
        .selectAll()
        .where('directory', '=', account.directory)
        .where('account_id', '=', account.id)
        .where('ended_at', 'is', null)
        .where('ends_at', '>', now)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute();
      return readable(context, 'sessions', rows, toRow);
    },
    async touch(id, now) {
      await context.db
        .updateTable('sessions')
        .set({ seen_at: now })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .where('seen_at', '<', now)
        .execute();
    },
    async raise(row, next, now) {
      const columns = columnsOf({ ...row, ...next });
      const facts = sealColumn(context.secrets, 'sessions', columns, next.facts);
      const { token_digest, journey_id, rights } = columns;
      const result = await context.db
        .updateTable('sessions')
        .set({ token_digest, journey_id, rights, facts, seen_at: now })
        .where('id', '=', row.id)
        .where('token_digest', '=', row.tokenDigest)
        .where('ended_at', 'is', null)
        .where((eb) => eb.not(eb.exists(eb.selectFrom('sessions as other').select('other.id').where('other.journey_id', '=', journey_id))))
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async release(row, tokenDigest, now) {
      const columns = columnsOf({ ...row, tokenDigest, rights: 'full' });
      const facts = sealColumn(context.secrets, 'sessions', columns, row.facts);
      const result = await context.db
        .updateTable('sessions')
        .set({ token_digest: tokenDigest, rights: columns.rights, facts, seen_at: now })
        .where('id', '=', row.id)
        .where('token_digest', '=', row.tokenDigest)
        .where('rights', '=', 'until-enrolled')
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async end(account, id, because, now) {
      const result = await context.db
        .updateTable('sessions')
        .set(ended(because, now))
        .where('id', '=', id)
        .where('directory', '=', account.directory)
        .where('account_id', '=', account.id)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async countOpen(account, now, except) {
      const { count } = await context.db
        .selectFrom('sessions')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('directory', '=', account.directory)
        .where('account_id', '=', account.id)
        .where('ended_at', 'is', null)
        .where('ends_at', '>', now)
        .$if(except.length > 0, (query) => query.where('id', 'not in', [...except]))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    async countOpenIn(directory, now) {
      const { count } = await context.db
        .selectFrom('sessions')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('directory', '=', directory)
        .where('ended_at', 'is', null)
        .where('ends_at', '>', now)
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    async endAll(account, because, now, except) {
      const result = await context.db
        .updateTable('sessions')
        .set(ended(because, now))
        .where('directory', '=', account.directory)
        .where('account_id', '=', account.id)
        .where('ended_at', 'is', null)
        .where('ends_at', '>', now)
        .$if(except.length > 0, (query) => query.where('id', 'not in', [...except]))
        .executeTakeFirst();
      return Number(result.numUpdatedRows);
    },
    async endEverybodys(because, now) {
      const result = await context.db
        .updateTable('sessions')
        .set(ended(because, now))
        .where('ended_at', 'is', null)
        .where('ends_at', '>', now)
        .executeTakeFirst();
      return Number(result.numUpdatedRows);
    },
    async noteRoles(id, roles, readAt) {
      await context.db.updateTable('sessions').set(rolesOf(roles, readAt)).where('id', '=', id).where('ended_at', 'is', null).execute();
    },
    async confirmRoles(account, readAt) {
      await context.db
        .updateTable('sessions')
        .set({ roles_read_at: readAt })
        .where('directory', '=', account.directory)
        .where('account_id', '=', account.id)
        .where('ended_at', 'is', null)
        .where('roles_read_at', '<', readAt)
        .execute();
    },
    async actingByRoles({ readBefore, seenAfter, now }, limit) {
      const rows = await context.db
        .selectFrom('sessions')
        .selectAll()
        // Also what a node says whose clock is ahead: it would be believed for too long.
        .where((eb) => eb.or([eb('roles_read_at', '<=', readBefore), eb('roles_read_at', '>', now)]))
        .where('ended_at', 'is', null)
        .where('ends_at', '>', now)
        .where('seen_at', '>', seenAfter)
        .orderBy('roles_read_at')
        .limit(limit)
        .execute();
      return readable(context, 'sessions', rows, toRow);
    },
  };
}

function rolesOf(roles: readonly string[], readAt: number | null) {
  return roles.length === 0 ? { roles: null, roles_read_at: null } : { roles: JSON.stringify(roles), roles_read_at: readAt };
}

function columnsOf(row: SessionRow) {
  return {
    id: row.id,
    token_digest: row.tokenDigest,
    journey_id: row.journeyId,
    directory: row.directory,
    account_id: row.accountId,
    rights: row.rights,
    created_at: row.createdAt,
    ends_at: row.endsAt,
  };
}
