import type { Selectable } from 'kysely';
import type { InvitationRow, InvitationStore } from '../../core/ports/invitation-store.ts';
import type { TableContext } from '../context.ts';
import { readable } from '../readable.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';

/** The verbs of table `invitations`. */
export function createInvitations(context: TableContext): InvitationStore {
  const toRow = (row: Selectable<Schema['invitations']>): InvitationRow => {
    // One that was made for somebody else shortens nobody's cool-down.
    openColumn(context.secrets, 'invitations', row, row.seal);
    return {
      id: row.id,
      tokenDigest: row.token_digest,
      directory: row.directory,
      accountId: row.account_id,
      author: row.author,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      sessionId: row.session_id,
      usedAt: row.used_at,
      revokedAt: row.revoked_at,
    };
  };
  const opened = (rows: readonly Selectable<Schema['invitations']>[]) => readable(context, 'invitations', rows, toRow);
  const open = (now: number) =>
    context.db.updateTable('invitations').where('used_at', 'is', null).where('revoked_at', 'is', null).where('expires_at', '>', now);

  return {
    async insert(row) {
      const columns = {
        id: row.id,
        token_digest: row.tokenDigest,
        directory: row.directory,
        account_id: row.accountId,
        author: row.author,
        created_at: row.createdAt,
        expires_at: row.expiresAt,
      };
      const seal = sealColumn(context.secrets, 'invitations', columns, '');
      await context.db
        .insertInto('invitations')
        .values({ ...columns, seal, session_id: row.sessionId, used_at: row.usedAt, revoked_at: row.revokedAt })
        .execute();
    },
    async findByToken(tokenDigest) {
      const row = await context.db.selectFrom('invitations').selectAll().where('token_digest', '=', tokenDigest).executeTakeFirst();
      return row === undefined ? null : (opened([row])[0] ?? null);
    },
    async ofAccount({ directory, id }) {
      const rows = await context.db
        .selectFrom('invitations')
        .selectAll()
        .where('directory', '=', directory)
        .where('account_id', '=', id)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute();
      return opened(rows);
    },
    async claim(id, sessionId, now) {
      const result = await open(now).set({ session_id: sessionId }).where('id', '=', id).executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async ofSession(sessionId, now) {
      const rows = await context.db
        .selectFrom('invitations')
        .selectAll()
        .where('session_id', '=', sessionId)
        .where('revoked_at', 'is', null)
        .where((eb) => eb.or([eb('used_at', 'is not', null), eb('expires_at', '>', now)]))
        .execute();
      return opened(rows)[0] ?? null;
    },
    async use(id, sessionId, now) {
      const result = await context.db
        .updateTable('invitations')
        .set((eb) => ({ used_at: eb.fn.coalesce('used_at', eb.val(now)) }))
        .where('id', '=', id)
        .where('session_id', '=', sessionId)
        .where('revoked_at', 'is', null)
        .where((eb) => eb.or([eb('used_at', 'is not', null), eb('expires_at', '>', now)]))
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async revokeOpen({ directory, id }, now) {
      const result = await open(now)
        .set({ revoked_at: now })
        .where('directory', '=', directory)
        .where('account_id', '=', id)
        .executeTakeFirst();
      return Number(result.numUpdatedRows);
    },
    async newestAfter(after, limit) {
      const rows = await context.db
        .selectFrom('invitations as i')
        .selectAll('i')
        .where('i.id', '>', after)
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('invitations as newer')
                .select('newer.id')
                .whereRef('newer.directory', '=', 'i.directory')
                .whereRef('newer.account_id', '=', 'i.account_id')
                .where((or) =>
                  or.or([
                    or('newer.created_at', '>', or.ref('i.created_at')),
                    or.and([or('newer.created_at', '=', or.ref('i.created_at')), or('newer.id', '>', or.ref('i.id'))]),
                  ]),
                ),
            ),
          ),
        )
        .orderBy('i.id')
        .limit(limit)
        .execute();
      return opened(rows);
    },
  };
}
