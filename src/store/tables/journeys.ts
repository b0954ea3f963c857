import type { Selectable } from 'kysely';
import type { Goal } from '../../../shared/api/journeys.ts';
import type { JourneyRow, JourneyStore } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';
import type { Schema } from '../schema.ts';

/** The verbs of table `journeys`. */
export function createJourneys(context: TableContext): JourneyStore {
  const toRow = (row: Selectable<Schema['journeys']>): JourneyRow => ({
    id: row.id,
    tokenDigest: row.token_digest,
    version: row.version,
    goal: row.goal as Goal,
    status: row.status as JourneyRow['status'],
    state: context.secrets.open(placeOf(row.id), row.state),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  });

  return {
    async insert(row) {
      await context.db
        .insertInto('journeys')
        .values({
          id: row.id,
          token_digest: row.tokenDigest,
          version: row.version,
          goal: row.goal,
          status: row.status,
          state: context.secrets.seal(placeOf(row.id), row.state),
          created_at: row.createdAt,
          expires_at: row.expiresAt,
        })
        .execute();
    },
    async findByToken(tokenDigest) {
      const row = await context.db.selectFrom('journeys').selectAll().where('token_digest', '=', tokenDigest).executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    async find(id) {
      const row = await context.db.selectFrom('journeys').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    async advance(id, expectedVersion, next) {
      const result = await context.db
        .updateTable('journeys')
        .set({ version: expectedVersion + 1, status: next.status, state: context.secrets.seal(placeOf(id), next.state) })
        .where('id', '=', id)
        .where('version', '=', expectedVersion)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
  };
}

function placeOf(id: string) {
  return { table: 'journeys', column: 'state', row: id };
}
