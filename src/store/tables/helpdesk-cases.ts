import { type Selectable, sql } from 'kysely';
import type { CaseRow, CaseState, CaseStore } from '../../core/ports/case-store.ts';
import type { AccountRef } from '../../core/ports/directory.ts';
import type { TableContext } from '../context.ts';
import { readable } from '../readable.ts';
import type { Schema } from '../schema.ts';
import { openColumn, sealColumn } from '../sealed-columns.ts';

/** The verbs of table `helpdesk_cases`. */
export function createHelpdeskCases(context: TableContext): CaseStore {
  const toRow = (row: Selectable<Schema['helpdesk_cases']>): CaseRow => ({
    id: row.id,
    version: row.version,
    state: row.state as CaseState,
    directory: row.directory,
    accountId: row.account_id,
    agentDirectory: row.agent_directory,
    agentId: row.agent_id,
    action: row.action,
    tries: row.tries,
    facts: openColumn(context.secrets, 'helpdesk_cases', row, row.facts),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    closedAt: row.closed_at,
    approvalAskedAt: row.approval_asked_at,
  });
  const sealed = (row: CaseRow): Schema['helpdesk_cases'] => {
    const columns = columnsOf(row);
    return { ...columns, facts: sealColumn(context.secrets, 'helpdesk_cases', columns, row.facts) };
  };
  const first = (row: Selectable<Schema['helpdesk_cases']> | undefined): CaseRow | null =>
    row === undefined ? null : (readable(context, 'helpdesk_cases', [row], toRow)[0] ?? null);
  const openRow = ({ directory, id }: AccountRef) =>
    context.db
      .selectFrom('helpdesk_cases')
      .selectAll()
      .where('directory', '=', directory)
      .where('account_id', '=', id)
      .where('closed_at', 'is', null)
      .executeTakeFirst();

  return {
    async insert(row) {
      const result = await context.db
        .insertInto('helpdesk_cases')
        .values(sealed(row))
        .onConflict((conflict) => conflict.columns(['directory', 'account_id']).where('closed_at', 'is', sql.lit(null)).doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },
    async find(id) {
      return first(await context.db.selectFrom('helpdesk_cases').selectAll().where('id', '=', id).executeTakeFirst());
    },
    async openOf(account) {
      return first(await openRow(account));
    },
    async ofAgent({ directory, id }, now) {
      const rows = await context.db
        .selectFrom('helpdesk_cases')
        .selectAll()
        .where('agent_directory', '=', directory)
        .where('agent_id', '=', id)
        .where('closed_at', 'is', null)
        .where('expires_at', '>', now)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute();
      return readable(context, 'helpdesk_cases', rows, toRow);
    },
    async waiting(since, most, after) {
      const rows = await context.db
        .selectFrom('helpdesk_cases')
        .selectAll()
        .where('approval_asked_at', '>', since)
        .where('closed_at', 'is', null)
        .$if(after !== undefined, (query) =>
          query.where((eb) =>
            eb.or([
              eb('approval_asked_at', '<', after?.approvalAskedAt ?? 0),
              eb.and([eb('approval_asked_at', '=', after?.approvalAskedAt ?? 0), eb('id', '>', after?.id ?? '')]),
            ]),
          ),
        )
        .orderBy('approval_asked_at', 'desc')
        .orderBy('id')
        .limit(most)
        .execute();
      return readable(context, 'helpdesk_cases', rows, toRow);
    },
    async advance(row, next) {
      const { state, tries, facts, closed_at, approval_asked_at, version } = sealed({ ...row, ...next, version: row.version + 1 });
      const result = await context.db
        .updateTable('helpdesk_cases')
        .set({ state, tries, facts, closed_at, approval_asked_at, version })
        .where('id', '=', row.id)
        .where('version', '=', row.version)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async closeUnreadable(account, now) {
      const row = await openRow(account);
      if (row === undefined || first(row) !== null) return;
      // Its facts stay as they are: nobody can read them, and nobody can write better ones.
      await context.db
        .updateTable('helpdesk_cases')
        .set({ closed_at: now })
        .where('id', '=', row.id)
        .where('version', '=', row.version)
        .execute();
    },
  };
}

function columnsOf(row: CaseRow): Omit<Schema['helpdesk_cases'], 'facts'> {
  return {
    id: row.id,
    version: row.version,
    state: row.state,
    directory: row.directory,
    account_id: row.accountId,
    agent_directory: row.agentDirectory,
    agent_id: row.agentId,
    action: row.action,
    tries: row.tries,
    created_at: row.createdAt,
    expires_at: row.expiresAt,
    closed_at: row.closedAt,
    approval_asked_at: row.approvalAskedAt,
  };
}
