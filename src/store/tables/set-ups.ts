import type { Selectable } from 'kysely';
import type { SetUpRow, SetUpStore } from '../../core/ports/set-up-store.ts';
import type { TableContext } from '../context.ts';
import { readable } from '../readable.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';

/** The verbs of table `set_ups`. */
export function createSetUps(context: TableContext): SetUpStore {
  type Row = Selectable<Schema['set_ups']>;
  const toRow = (row: Row): SetUpRow => ({
    id: row.id,
    version: row.version,
    createdAt: row.created_at,
    linkDigest: row.link_digest,
    linkExpiresAt: row.link_expires_at,
    openedAt: row.opened_at,
    sessionDigest: row.session_digest,
    endedAt: row.ended_at,
    facts: openColumn(context.secrets, 'set_ups', row, row.facts),
  });
  const sealed = (row: SetUpRow) => {
    const columns = {
      id: row.id,
      version: row.version,
      created_at: row.createdAt,
      link_digest: row.linkDigest,
      link_expires_at: row.linkExpiresAt,
      opened_at: row.openedAt,
      session_digest: row.sessionDigest,
      ended_at: row.endedAt,
      is_current: row.endedAt === null ? 1 : null,
    };
    return { ...columns, facts: sealColumn(context.secrets, 'set_ups', columns, row.facts) };
  };

  return {
    async current() {
      const rows = await context.db.selectFrom('set_ups').selectAll().where('is_current', '=', 1).execute();
      return readable(context, 'set_ups', rows, toRow)[0] ?? null;
    },
    async begin(row) {
      const result = await context.db
        .insertInto('set_ups')
        .values(sealed(row))
        .onConflict((conflict) => conflict.column('is_current').doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) === 1n;
    },
    async change(row, next) {
      const result = await context.db
        .updateTable('set_ups')
        .set(sealed({ ...row, ...next, version: row.version + 1 }))
        .where('id', '=', row.id)
        .where('version', '=', row.version)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
  };
}
