import { type Selectable, sql } from 'kysely';
import type { FactorKind } from '../../shared/api/journeys.ts';
import type { AccountRef } from '../core/ports/directory.ts';
import type { EnrolledRecord, PersonAccount, PersonRecord, RecordBeforeWrite, UnopenedFactor } from '../core/ports/people-store.ts';
import type { FactorRow } from '../core/ports/store.ts';
import type { TableContext } from './context.ts';
import { linkOf, MINE, OTHER, personOf } from './person-of.ts';
import { readable } from './readable.ts';
import type { Database, Schema } from './schema.ts';
import { openColumn, sealColumn } from './sealed-columns.ts';
import type { Secrets } from './secrets.ts';
import { statement } from './statement.ts';
import { sealedFactor } from './understood.ts';
import { byAnother, written } from './written.ts';

const record = (db: Database, { directory, id }: AccountRef, which: 'current' | 'ended') =>
  db
    .selectFrom(sql<{ directory: string; account_id: string }>`${personOf({ directory, id })}`.as('own'))
    .leftJoin('person_accounts as other', (join) =>
      join.onRef('other.directory', '=', 'own.directory').onRef('other.account_id', '=', 'own.account_id'),
    )
    .leftJoin('person_accounts as mine', (join) =>
      join.onRef('mine.person', '=', 'other.person').on('mine.directory', '=', directory).on('mine.account_id', '=', id),
    )
    .leftJoin('freezes', (join) => join.onRef('freezes.directory', '=', 'own.directory').onRef('freezes.account_id', '=', 'own.account_id'))
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
    .orderBy('factors.id');

const RECORDS = {
  current: statement<AccountRef>()((db, { directory, id }) => record(db, { directory, id }, 'current')),
  ended: statement<AccountRef>()((db, { directory, id }) => record(db, { directory, id }, 'ended')),
};
const beforeWrite = statement<AccountRef & { logEnd: number; journey: string }>()((db, { directory, id, logEnd, journey }) =>
  record(db, { directory, id }, 'current').select((eb) =>
    eb.exists(byAnother(written(db, { directory, id }, logEnd), journey)).as('written'),
  ),
);

type Row = Awaited<ReturnType<(typeof RECORDS)['current']>>['rows'][number];
type Which = keyof typeof RECORDS;

/**
 * What is recorded about the person whom an account belongs to, in one statement: by rows that can be opened, and links that can.
 * @param asked which factors: those that are there (unless told), or those that were ended; how many values are opened at least
 */
export async function readPerson(
  context: TableContext,
  account: AccountRef,
  { which = 'current', atLeast = 0 }: { which?: Which | undefined; atLeast?: number | undefined } = {},
): Promise<PersonRecord> {
  const { rows, linked, frozen } = await readRows(context, account, which);
  return { factors: openAtLeast(context, rows, atLeast), linked, frozen };
}

/** What is enrolled for that person now, opened kind by kind. */
export async function readEnrolled(context: TableContext, account: AccountRef): Promise<EnrolledRecord> {
  const { rows, linked } = await readRows(context, account, 'current');
  return {
    factors: rows.map(unopened),
    linked,
    open(kind, atLeast) {
      const own = rows.filter(({ row }) => row.kind === kind);
      return openAtLeast(context, own, atLeast);
    },
  };
}

/** What is recorded, and whether somebody else has written to the account since: one statement, as a write begins with both. */
export async function readBeforeWrite(
  context: TableContext,
  account: AccountRef,
  { logEnd, journey }: { logEnd: number | undefined; journey: string },
): Promise<RecordBeforeWrite> {
  // Behind the beginning of the log is everything; where it is not told, nothing else is known either.
  const { rows } = await beforeWrite(context, { directory: account.directory, id: account.id, logEnd: logEnd ?? 0, journey });
  const { rows: counting, linked, frozen } = openLinks(context, account, rows);
  // SQLite knows no truth values, only 0 and 1. Not told is not nothing.
  return {
    factors: openAtLeast(context, counting, 0),
    linked,
    frozen,
    written: logEnd === undefined || Number(rows[0]?.written ?? 1) === 1,
  };
}

/** A factor that counts for the account, and from when on the link behind it does; null: it is the account's own. */
interface Counting {
  readonly row: Selectable<Schema['factors']>;
  readonly id: string;
  readonly from: number | null;
}

interface Read {
  readonly rows: Counting[];
  readonly linked: PersonAccount[];
  readonly frozen: boolean;
}

async function readRows(context: TableContext, account: AccountRef, which: Which): Promise<Read> {
  const { rows } = await RECORDS[which](context, { directory: account.directory, id: account.id });
  return openLinks(context, account, rows);
}

function openLinks(context: TableContext, account: AccountRef, rows: readonly Row[]): Read {
  const isOther = (row: Row) => row.own_directory !== account.directory || row.own_account_id !== account.id;
  const links = new Map<string, PersonAccount | null>();
  const linkBehind = (row: Row) => {
    const key = String(row.other_id);
    if (!links.has(key)) links.set(key, linkOf(context, row));
    return links.get(key) ?? null;
  };
  for (const row of rows.filter(isOther)) linkBehind(row);

  const counting = rows.flatMap((row): Counting[] => {
    if (row.id === null) return [];
    const factor = row as Selectable<Schema['factors']>;
    if (!isOther(row)) return [{ row: factor, id: row.id, from: null }];
    const link = row.kind === 'temporary-pass' ? null : linkBehind(row);
    return link === null ? [] : [{ row: factor, id: row.id, from: link.countsFrom }];
  });
  const linked = [...links.values()].filter((link) => link !== null).toSorted(byAge);
  return { rows: counting, linked, frozen: rows.some(({ frozen_at }) => frozen_at !== null) };
}

/** Opens rows, and where there are fewer than `atLeast` nobody's, so that how many there are takes no time of its own up to there. */
function openAtLeast(context: TableContext, rows: readonly Counting[], atLeast: number): FactorRow[] {
  const open = (each: Counting): FactorRow => ({ ...unopened(each), ...openSealed(context, each.row) });
  const opened = readable(context, 'factors', rows, open);
  for (let missing = atLeast - rows.length; missing > 0; missing -= 1) open(nobodysRow(context));
  return opened;
}

function unopened({ row, from }: Counting): UnopenedFactor {
  const factor = plainOf(row);
  return from === null ? factor : { ...factor, countsFrom: Math.max(factor.countsFrom ?? 0, from) };
}

/** One for each ring of keys: sealed as any other, and of nobody. */
const NOBODYS = new WeakMap<Secrets, Counting>();

function nobodysRow({ secrets }: TableContext): Counting {
  const known = NOBODYS.get(secrets);
  if (known !== undefined) return known;
  const bound = { id: '', directory: '', account_id: '', kind: 'email', source: '', created_at: 0, ended_at: null };
  // As long as what is kept of a code.
  const secret = sealColumn(secrets, 'factors', bound, JSON.stringify({ label: 'nobody', secret: 'x'.repeat(43) }));
  const row = {
    ...{ ...bound, secret, last_used_at: null, last_time_step: null, drift_steps: 0, failures: 0, suspended_at: null, seen_at: null },
    ...{ credential: null, rp_id: null, sign_count: 0, counts_from: null },
  };
  const made: Counting = { row, id: '', from: null };
  NOBODYS.set(secrets, made);
  return made;
}

/** @throws AppError `store.undecryptable`, and what a parser throws for a secret of another form */
export function openFactor(context: TableContext, row: Selectable<Schema['factors']>): FactorRow {
  return { ...plainOf(row), ...openSealed(context, row) };
}

function openSealed({ secrets }: TableContext, row: Selectable<Schema['factors']>): Pick<FactorRow, 'label' | 'secret'> {
  return sealedFactor.parse(JSON.parse(openColumn(secrets, 'factors', row, row.secret)));
}

function plainOf(row: Selectable<Schema['factors']>): UnopenedFactor {
  return {
    id: row.id,
    directory: row.directory,
    accountId: row.account_id,
    kind: row.kind as FactorKind,
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
