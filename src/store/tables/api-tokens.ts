import type { Selectable } from 'kysely';
import type { ApiTokenRow, ApiTokenStore } from '../../core/ports/token-store.ts';
import type { TableContext } from '../context.ts';
import { readable } from '../readable.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';

/** The verbs of table `api_tokens`. */
export function createApiTokens(context: TableContext): ApiTokenStore {
  type Row = Selectable<Schema['api_tokens']>;
  const toRow = (row: Row): ApiTokenRow => ({
    id: row.id,
    digest: row.digest,
    name: row.name,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
    facts: openColumn(context.secrets, 'api_tokens', row, row.facts),
  });
  const sealed = (row: ApiTokenRow) => {
    const columns = {
      id: row.id,
      digest: row.digest,
      name: row.name,
      created_at: row.createdAt,
      expires_at: row.expiresAt,
      revoked_at: row.revokedAt,
    };
    return { ...columns, facts: sealColumn(context.secrets, 'api_tokens', columns, row.facts) };
  };
  const findBy = async (column: 'id' | 'digest', value: string) => {
    const rows = await context.db.selectFrom('api_tokens').selectAll().where(column, '=', value).execute();
    return readable(context, 'api_tokens', rows, toRow)[0] ?? null;
  };

  return {
    async insert(row) {
      const result = await context.db
        .insertInto('api_tokens')
        .values({ ...sealed(row), last_used_at: row.lastUsedAt })
        .onConflict((conflict) => conflict.column('name').where('revoked_at', 'is', null).doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },
    findByDigest: (digest) => findBy('digest', digest),
    find: (id) => findBy('id', id),
    async list() {
      const rows = await context.db.selectFrom('api_tokens').selectAll().where('revoked_at', 'is', null).orderBy('name').execute();
      return readable(context, 'api_tokens', rows, toRow);
    },
    async touch(id, now, noted) {
      await context.db
        .updateTable('api_tokens')
        .set({ last_used_at: now })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', noted)]))
        .execute();
    },
    async revoke(row, now) {
      const { facts, revoked_at } = sealed({ ...row, revokedAt: now });
      const result = await context.db
        .updateTable('api_tokens')
        .set({ facts, revoked_at })
        .where('id', '=', row.id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
  };
}
