import { sql } from 'kysely';
import type { FreezeStore } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';
import { personOf } from '../person-of.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';

/** The verbs of tables `freezes` and `freeze_links`. */
export function createFreezes(context: TableContext): FreezeStore {
  return {
    async insertLink(row) {
      const columns = {
        token_digest: row.tokenDigest,
        directory: row.account.directory,
        account_id: row.account.id,
        expires_at: row.expiresAt,
      };
      const seal = sealColumn(context.secrets, 'freeze_links', columns, '');
      await context.db
        .insertInto('freeze_links')
        .values({ ...columns, seal, used_at: null })
        .execute();
    },
    async findLink(tokenDigest, now) {
      const row = await context.db
        .selectFrom('freeze_links')
        .selectAll()
        .where('token_digest', '=', tokenDigest)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      if (row === undefined) return null;
      // A link that was made to stand for another account freezes nobody.
      openColumn(context.secrets, 'freeze_links', row, row.seal);
      return { account: { directory: row.directory, id: row.account_id }, usedAt: row.used_at };
    },
    async spendLink(tokenDigest, now) {
      const result = await context.db
        .updateTable('freeze_links')
        .set({ used_at: now })
        .where('token_digest', '=', tokenDigest)
        .where('used_at', 'is', null)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async freeze(account, reason, now) {
      const result = await context.db
        .insertInto('freezes')
        .values({ directory: account.directory, account_id: account.id, reason, frozen_at: now })
        .onConflict((conflict) => conflict.columns(['directory', 'account_id']).doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },
    async lift(account) {
      const result = await context.db
        .deleteFrom('freezes')
        .where('directory', '=', account.directory)
        .where('account_id', '=', account.id)
        .executeTakeFirst();
      return result.numDeletedRows === 1n;
    },
    async isFrozen(account) {
      const row = await context.db
        .selectFrom('freezes')
        .select('frozen_at')
        .where(sql<boolean>`(directory, account_id) in ${personOf(account)}`)
        .executeTakeFirst();
      return row !== undefined;
    },
    async frozenOf(account) {
      const rows = await context.db
        .selectFrom('freezes')
        .select(['directory', 'account_id'])
        .where(sql<boolean>`(directory, account_id) in ${personOf(account)}`)
        .orderBy('frozen_at')
        .execute();
      return rows.map(({ directory, account_id: id }) => ({ directory, id }));
    },
  };
}
