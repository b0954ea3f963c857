import type { Selectable } from 'kysely';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { FactorRow, FactorStore } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';
import type { Schema } from '../schema.ts';

/** The verbs of table `factors`. */
export function createFactors(context: TableContext): FactorStore {
  const toRow = (row: Selectable<Schema['factors']>): FactorRow => ({
    id: row.id,
    directory: row.directory,
    accountId: row.account_id,
    kind: row.kind as FactorKind,
    label: row.label,
    secret: context.secrets.open(placeOf(row.id), row.secret),
    source: row.source,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    lastUsedAt: row.last_used_at,
    lastTimeStep: row.last_time_step,
  });

  return {
    async insert(row) {
      await context.db
        .insertInto('factors')
        .values({
          id: row.id,
          directory: row.directory,
          account_id: row.accountId,
          kind: row.kind,
          label: row.label,
          secret: context.secrets.seal(placeOf(row.id), row.secret),
          source: row.source,
          created_at: row.createdAt,
          ended_at: row.endedAt,
          last_used_at: row.lastUsedAt,
          last_time_step: row.lastTimeStep,
        })
        .execute();
    },
    async ofAccount(account) {
      const rows = await context.db
        .selectFrom('factors')
        .selectAll()
        .where('directory', '=', account.directory)
        .where('account_id', '=', account.id)
        .where('ended_at', 'is', null)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(toRow);
    },
    async acceptTimeStep(id, timeStep, now) {
      const result = await context.db
        .updateTable('factors')
        .set({ last_time_step: timeStep, last_used_at: now })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .where((eb) => eb.or([eb('last_time_step', 'is', null), eb('last_time_step', '<', timeStep)]))
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async markUsed(id, now) {
      await context.db.updateTable('factors').set({ last_used_at: now }).where('id', '=', id).execute();
    },
    async end(id, now) {
      const result = await context.db
        .updateTable('factors')
        .set({ ended_at: now })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
  };
}

function placeOf(id: string) {
  return { table: 'factors', column: 'secret', row: id };
}
