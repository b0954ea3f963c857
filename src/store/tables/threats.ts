import type { Selectable } from 'kysely';
import type { ThreatRow, ThreatStore } from '../../core/ports/threat-store.ts';
import type { TableContext } from '../context.ts';
import type { Schema } from '../schema.ts';

/** The verbs of table `threats`. Nothing in it is secret. */
export function createThreats(context: TableContext): ThreatStore {
  return {
    async insert(row) {
      const result = await context.db
        .insertInto('threats')
        .values(toColumns(row))
        .onConflict((conflict) => conflict.column('is_current').doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },
    async current() {
      const row = await context.db.selectFrom('threats').selectAll().where('is_current', '=', 1).executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    async change(row, next) {
      const result = await context.db
        .updateTable('threats')
        .set(toColumns({ ...row, ...next, version: row.version + 1 }))
        .where('id', '=', row.id)
        .where('version', '=', row.version)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
  };
}

function toColumns({ id, version, raisedAt, author, reason, lift, liftedAt }: ThreatRow): Selectable<Schema['threats']> {
  return {
    ...{ id, version, raised_at: raisedAt, author, reason, lifted_at: liftedAt },
    lift: lift === null ? null : JSON.stringify(lift),
    is_current: liftedAt === null ? 1 : null,
  };
}

function toRow({ id, version, raised_at: raisedAt, author, reason, lift, lifted_at: liftedAt }: Selectable<Schema['threats']>): ThreatRow {
  return { id, version, raisedAt, author, reason, lift: lift === null ? null : (JSON.parse(lift) as ThreatRow['lift']), liftedAt };
}
