import { type Selectable, sql } from 'kysely';
import type { FactorKind } from '../../shared/api/journeys.ts';
import type { AccountRef } from '../core/ports/directory.ts';
import type { PersonAccount, PersonRecord } from '../core/ports/people-store.ts';
import type { FactorRow } from '../core/ports/store.ts';
import type { TableContext } from './context.ts';
import { linkOf, MINE, OTHER, personOf } from './person-of.ts';
import { readable } from './readable.ts';
import type { Schema } from './schema.ts';
import { openColumn } from './sealed-columns.ts';
import { statement } from './statement.ts';
import { sealedFactor } from './understood.ts';

const recordOf = (which: 'current' | 'ended') =>
  statement<AccountRef>()((db, { directory, id }) =>
    db
      .selectFrom(sql<{ directory: string; account_id: string }>`${personOf({ directory, id })}`.as('own'))
      .leftJoin('person_accounts as other', (join) =>
        join.onRef('other.directory', '=', 'own.directory').onRef('other.account_id', '=', 'own.account_id'),
      )
      .leftJoin('person_accounts as mine', (join) =>
        join.onRef('mine.person', '=', 'other.person').on('mine.directory', '=', directory).on('mine.account_id', '=', id),
      )
      .leftJoin('freezes', (join) =>
        join.onRef('freezes.directory', '=', 'own.directory').onRef('freezes.account_id', '=', 'own.account_id'),
      )
      .leftJoin('factors', (join) =>
        join
          .onRef('factors.directory', '=', 'own.directory')
          .onRef('factors.account_id', '=', 'own.account_id')
          .on('factors.ended_at', which === 'current' ? 'is' : 'is not', null),
      )
      .select(['own.directory as own_directory', 'own.account_id as own_account_id', 'freezes.frozen_at'])
      .selectAll('factors')
      .select([...MINE, ...OTHER])
      .orderBy('factors.created_at')
      .orderBy('factors.id'),
  );
const RECORDS = { current: recordOf('current'), ended: recordOf('ended') };

/**
 * What is recorded about the person whom an account belongs to, in one statement: by rows that can be opened, and links that can.
 * @param which factors: those that are there, or those that were ended
 */
export async function readPerson(
  context: TableContext,
  account: AccountRef,
  which: 'current' | 'ended' = 'current',
): Promise<PersonRecord> {
  const { rows } = await RECORDS[which](context, { directory: account.directory, id: account.id });

  const isOther = (row: (typeof rows)[number]) => row.own_directory !== account.directory || row.own_account_id !== account.id;
  const links = new Map<string, PersonAccount | null>();
  const linkBehind = (row: (typeof rows)[number]) => {
    const key = String(row.other_id);
    if (!links.has(key)) links.set(key, linkOf(context, row));
    return links.get(key) ?? null;
  };
  for (const row of rows.filter(isOther)) linkBehind(row);

  const counting = rows.flatMap((row): { row: Selectable<Schema['factors']>; id: string; from: number | null }[] => {
    if (row.id === null) return [];
    const factor = row as Selectable<Schema['factors']>;
    if (!isOther(row)) return [{ row: factor, id: row.id, from: null }];
    const link = row.kind === 'temporary-pass' ? null : linkBehind(row);
    return link === null ? [] : [{ row: factor, id: row.id, from: link.countsFrom }];
  });
  const factors = readable(context, 'factors', counting, ({ row, from }) => {
    const factor = openFactor(context, row);
    return from === null ? factor : { ...factor, countsFrom: Math.max(factor.countsFrom ?? 0, from) };
  });
  const linked = [...links.values()].filter((link) => link !== null).toSorted(byAge);
  return { factors, linked, frozen: rows.some(({ frozen_at }) => frozen_at !== null) };
}

/** @throws AppError `store.undecryptable`, and what a parser throws for a secret of another form */
export function openFactor(context: TableContext, row: Selectable<Schema['factors']>): FactorRow {
  return {
    id: row.id,
    directory: row.directory,
    accountId: row.account_id,
    kind: row.kind as FactorKind,
    ...sealedFactor.parse(JSON.parse(openColumn(context.secrets, 'factors', row, row.secret))),
    source: row.source,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    lastUsedAt: row.last_used_at,
    lastTimeStep: row.last_time_step,
    driftSteps: row.drift_steps,
    failures: row.failures,
    suspendedAt: row.suspended_at,
    seenAt: row.seen_at,
    credential: row.credential,
    rpId: row.rp_id,
    signCount: row.sign_count,
    countsFrom: row.counts_from,
  };
}

function byAge(one: PersonAccount, other: PersonAccount): number {
  return one.linkedAt - other.linkedAt || (one.id < other.id ? -1 : 1);
}
