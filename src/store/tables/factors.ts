import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { FactorRow, FactorStore } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';
import { readable } from '../readable.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';

/** What is sealed of a factor: people name theirs by their address or telephone, so the label is as private as the secret. */
const sealedPart = z.strictObject({ label: z.string(), secret: z.string() });

/** The verbs of table `factors`. */
export function createFactors(context: TableContext): FactorStore {
  const toRow = (row: Selectable<Schema['factors']>): FactorRow => ({
    id: row.id,
    directory: row.directory,
    accountId: row.account_id,
    kind: row.kind as FactorKind,
    ...sealedPart.parse(JSON.parse(openColumn(context.secrets, 'factors', row, row.secret))),
    source: row.source,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    lastUsedAt: row.last_used_at,
    lastTimeStep: row.last_time_step,
  });

  return {
    async insert(row) {
      const columns = {
        id: row.id,
        directory: row.directory,
        account_id: row.accountId,
        kind: row.kind,
        source: row.source,
        created_at: row.createdAt,
        ended_at: row.endedAt,
      };
      const secret = sealColumn(context.secrets, 'factors', columns, JSON.stringify({ label: row.label, secret: row.secret }));
      await context.db
        .insertInto('factors')
        .values({ ...columns, secret, last_used_at: row.lastUsedAt, last_time_step: row.lastTimeStep })
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
      return readable(context, 'factors', rows, toRow);
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
      // Sealed anew with its end, so that nobody gives it life again by deleting the date.
      const row = await context.db.selectFrom('factors').selectAll().where('id', '=', id).where('ended_at', 'is', null).executeTakeFirst();
      if (row === undefined) return false;
      const plain = openColumn(context.secrets, 'factors', row, row.secret);
      const result = await context.db
        .updateTable('factors')
        .set({ ended_at: now, secret: sealColumn(context.secrets, 'factors', { ...row, ended_at: now }, plain) })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
  };
}
