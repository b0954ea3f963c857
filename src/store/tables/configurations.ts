import { type Selectable, sql } from 'kysely';
import type { ConfigurationRow, ConfigurationStore } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';

/** The verbs of table `configurations`. */
export function createConfigurations(context: TableContext): ConfigurationStore {
  /** Whoever could slip in a document of their own would have codes mailed to themselves. */
  const toRow = (row: Selectable<Schema['configurations']>): ConfigurationRow => {
    openColumn(context.secrets, 'configurations', row, row.seal);
    return { version: row.version, document: row.document, createdAt: row.created_at, author: row.author, comment: row.comment };
  };

  return {
    async current() {
      const row = await context.db.selectFrom('configurations').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    async read(version) {
      const row = await context.db.selectFrom('configurations').selectAll().where('version', '=', version).executeTakeFirst();
      return row === undefined ? null : toRow(row);
    },
    async list(limit) {
      return context.db
        .selectFrom('configurations')
        .select(['version', 'created_at as createdAt', 'author', 'comment'])
        .orderBy('version', 'desc')
        .limit(limit)
        .execute();
    },
    async append(expectedCurrent, row) {
      const columns = {
        version: expectedCurrent + 1,
        document: row.document,
        created_at: row.createdAt,
        author: row.author,
        comment: row.comment,
      };
      const seal = sealColumn(context.secrets, 'configurations', columns, '');
      // Two writers who read the same version: the second finds it passed, or meets the primary key.
      const result = await context.db
        .insertInto('configurations')
        .columns(['version', 'document', 'created_at', 'author', 'comment', 'seal'])
        .expression(
          context.db
            .selectNoFrom([
              sql<number>`cast(${columns.version} as bigint)`.as('version'),
              sql<string>`cast(${row.document} as text)`.as('document'),
              sql<number>`cast(${row.createdAt} as bigint)`.as('created_at'),
              sql<string>`cast(${row.author} as text)`.as('author'),
              sql<string>`cast(${row.comment} as text)`.as('comment'),
              sql<string>`cast(${seal} as text)`.as('seal'),
            ])
            .where(sql<number>`(select coalesce(max(version), 0) from configurations)`, '=', expectedCurrent),
        )
        .onConflict((conflict) => conflict.column('version').doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },
  };
}
