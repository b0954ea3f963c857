import type { AccountRef } from '../../core/ports/directory.ts';
import type { PeopleStore, PersonAccount } from '../../core/ports/people-store.ts';
import type { TableContext } from '../context.ts';
import { linkOf, MINE, OTHER, openLink } from '../person-of.ts';
import { readBeforeWrite, readEnrolled, readPerson } from '../read-person.ts';
import type { Database } from '../schema.ts';
import { sealColumn } from '../sealed-columns.ts';

/** The verbs of table `person_accounts`. */
export function createPeople(context: TableContext): PeopleStore {
  const rowOf = (db: Database, { directory, id }: AccountRef) =>
    db
      .selectFrom('person_accounts')
      .selectAll()
      .where('directory', '=', directory)
      .where('account_id', '=', id)
      // It stays what it is until the other account is beside it.
      .$if(context.engine === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
  const sealed = (columns: {
    id: string;
    person: string;
    directory: string;
    account_id: string;
    linked_at: number;
    linked_by: string;
    counts_from: number;
  }) => ({
    ...columns,
    seal: sealColumn(context.secrets, 'person_accounts', columns, ''),
  });

  async function linkedTo(account: AccountRef): Promise<PersonAccount[]> {
    const rows = await context.db
      .selectFrom('person_accounts as mine')
      .innerJoin('person_accounts as other', 'other.person', 'mine.person')
      .select([...MINE, ...OTHER])
      .where('mine.directory', '=', account.directory)
      .where('mine.account_id', '=', account.id)
      .whereRef('other.id', '<>', 'mine.id')
      .orderBy('other.linked_at')
      .orderBy('other.id')
      .execute();
    return rows.map((row) => linkOf(context, row)).filter((link) => link !== null);
  }

  return {
    link(account, added, { person, ids, now, by, countsFrom }) {
      return context.atomically(async (db) => {
        const before = await rowOf(db, account);
        const belongsTo = before === undefined ? person : openLink(context, before).person;
        const row = (id: string, ref: AccountRef, from: number) =>
          sealed({ id, person: belongsTo, directory: ref.directory, account_id: ref.id, linked_at: now, linked_by: by, counts_from: from });
        const rows = [...(before === undefined ? [row(ids[0], account, 0)] : []), row(ids[1], added, countsFrom)];
        const result = await db
          .insertInto('person_accounts')
          .values(rows)
          .onConflict((conflict) => conflict.columns(['directory', 'account_id']).doNothing())
          .executeTakeFirst();
        if (Number(result.numInsertedOrUpdatedRows ?? 0) === rows.length) return true;
        await db
          .deleteFrom('person_accounts')
          .where(
            'id',
            'in',
            rows.map(({ id }) => id),
          )
          .execute();
        return false;
      });
    },
    async unlink({ directory, id }) {
      const result = await context.db
        .deleteFrom('person_accounts')
        .where('directory', '=', directory)
        .where('account_id', '=', id)
        .executeTakeFirst();
      return result.numDeletedRows === 1n;
    },
    async notePartings(account, others, now) {
      if (others.length === 0) return;
      const pairs = others.flatMap((other) => [
        [account, other],
        [other, account],
      ]) as [AccountRef, AccountRef][];
      await context.db
        .insertInto('partings')
        .values(
          pairs.map(([one, other]) => ({
            ...{ directory: one.directory, account_id: one.id, other_directory: other.directory, other_account_id: other.id },
            parted_at: now,
          })),
        )
        .onConflict((conflict) => conflict.columns(['directory', 'account_id', 'other_directory', 'other_account_id']).doNothing())
        .execute();
    },
    async wereParted(account, other) {
      const row = await context.db
        .selectFrom('partings')
        .select('parted_at')
        .where('directory', '=', account.directory)
        .where('account_id', '=', account.id)
        .where('other_directory', '=', other.directory)
        .where('other_account_id', '=', other.id)
        .executeTakeFirst();
      return row !== undefined;
    },
    recordOf: (account, atLeast) => readPerson(context, account, { atLeast }),
    enrolledOf: (account) => readEnrolled(context, account),
    recordBeforeWrite: (account, logEnd, journey) => readBeforeWrite(context, account, { logEnd, journey }),
    linkedTo,
    async accountsOf(account) {
      const linked = await linkedTo(account);
      return [
        { directory: account.directory, id: account.id },
        ...linked.map(({ directory, accountId }) => ({ directory, id: accountId })),
      ];
    },
  };
}
