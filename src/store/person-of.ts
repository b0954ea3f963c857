import { type RawBuilder, sql } from 'kysely';
import type { AccountRef } from '../core/ports/directory.ts';
import type { PersonAccount } from '../core/ports/people-store.ts';
import type { TableContext } from './context.ts';
import { readable } from './readable.ts';
import type { Schema } from './schema.ts';
import { openColumn } from './sealed-columns.ts';

const COLUMNS = ['id', 'person', 'directory', 'account_id', 'linked_at', 'linked_by', 'counts_from', 'seal'] as const;
type Column = (typeof COLUMNS)[number];

/** For a select from two rows of `person_accounts`: `mine`, of the account that is asked about, and `other`, of another one. */
export const MINE = COLUMNS.map((column) => `mine.${column} as mine_${column}` as const);
export const OTHER = COLUMNS.map((column) => `other.${column} as other_${column}` as const);

type Joined = Readonly<Record<`${'mine' | 'other'}_${Column}`, string | number | null>>;

/**
 * The accounts of a person as rows of directory and id, for `(directory, account_id) in ...`: the account itself and what is linked to
 * it. It trusts the rows. Where more than a freeze comes of it, both rows are opened: `linkOf`.
 */
export function personOf({ directory, id }: AccountRef): RawBuilder<unknown> {
  return sql`(select ${directory} as directory, ${id} as account_id union all
    select other.directory, other.account_id from person_accounts as mine
    inner join person_accounts as other on other.person = mine.person
    where mine.directory = ${directory} and mine.account_id = ${id} and other.id <> mine.id)`;
}

/**
 * The other account, where both rows are what was written when they were linked: nobody links accounts by writing to the database.
 * `countsFrom` is the later one of both. null: they are not linked.
 */
export function linkOf(context: TableContext, row: Joined): PersonAccount | null {
  const rows = [pick(row, 'mine'), pick(row, 'other')];
  const [mine, other] = readable(context, 'person_accounts', rows, (each) => openLink(context, each));
  if (mine === undefined || other === undefined) return null;
  return { ...other, countsFrom: Math.max(mine.countsFrom, other.countsFrom) };
}

/** @throws AppError `store.undecryptable` */
export function openLink(context: TableContext, row: Schema['person_accounts']): PersonAccount {
  openColumn(context.secrets, 'person_accounts', row, row.seal);
  const { id, person, directory, account_id: accountId, linked_at: linkedAt, linked_by: linkedBy, counts_from: countsFrom } = row;
  return { id, person, directory, accountId, linkedAt, linkedBy, countsFrom };
}

function pick(row: Joined, which: 'mine' | 'other'): Schema['person_accounts'] {
  return Object.fromEntries(COLUMNS.map((column) => [column, row[`${which}_${column}`]])) as unknown as Schema['person_accounts'];
}
