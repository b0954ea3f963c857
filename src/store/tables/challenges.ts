import type { Selectable } from 'kysely';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { ChallengeRow, ChallengeStore } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';
import { statement } from '../statement.ts';

const insert = statement<Schema['challenges']>()(
  (db, { id, journey_id, kind, maximum_attempts, expires_at, expected, attempts, consumed_at }) =>
    db.insertInto('challenges').values({ id, journey_id, kind, maximum_attempts, expires_at, expected, attempts, consumed_at }),
);
/** The limit is part of the statement that counts, so parallel guesses cannot pass it together. */
const attempt = statement<{ id: string; now: number }>()((db, { id, now }) =>
  db
    .updateTable('challenges')
    .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
    .where('id', '=', id)
    .where('consumed_at', 'is', null)
    .where('expires_at', '>', now)
    .whereRef('attempts', '<', 'maximum_attempts')
    .returningAll(),
);
const consume = statement<{ id: string; now: number }>()((db, { id, now }) =>
  db.updateTable('challenges').set({ consumed_at: now }).where('id', '=', id).where('consumed_at', 'is', null),
);

/** The verbs of table `challenges`. */
export function createChallenges(context: TableContext): ChallengeStore {
  const toRow = (row: Selectable<Schema['challenges']>): ChallengeRow => ({
    id: row.id,
    journeyId: row.journey_id,
    kind: row.kind as FactorKind,
    expected: openColumn(context.secrets, 'challenges', row, row.expected),
    attempts: row.attempts,
    maximumAttempts: row.maximum_attempts,
    expiresAt: row.expires_at,
    consumedAt: row.consumed_at,
  });

  return {
    async insert(row) {
      const columns = {
        id: row.id,
        journey_id: row.journeyId,
        kind: row.kind,
        maximum_attempts: row.maximumAttempts,
        expires_at: row.expiresAt,
      };
      const expected = sealColumn(context.secrets, 'challenges', columns, row.expected);
      await insert(context, { ...columns, expected, attempts: row.attempts, consumed_at: row.consumedAt });
    },
    async find(id) {
      const row = await context.db.selectFrom('challenges').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    async attempt(id, now) {
      const [row] = (await attempt(context, { id, now })).rows;
      return row === undefined ? null : toRow(row);
    },
    async giveBack(id) {
      await context.db
        .updateTable('challenges')
        .set((eb) => ({ attempts: eb('attempts', '-', 1) }))
        .where('id', '=', id)
        .where('attempts', '>', 0)
        .execute();
    },
    async consume(id, now) {
      return (await consume(context, { id, now })).numAffectedRows === 1n;
    },
  };
}
