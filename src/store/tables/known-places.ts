import type { KnownPlaceStore } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';

/** Places of one account that are kept. */
const MOST_PLACES = 20;

/** The verbs of table `known_places`. */
export function createKnownPlaces(context: TableContext): KnownPlaceStore {
  return {
    async remember(account, digests, now) {
      if (digests.length === 0) return;
      const of = { directory: account.directory, account_id: account.id };
      await context.db
        .insertInto('known_places')
        .values(digests.toSorted().map((digest) => ({ ...of, digest, seen_at: now })))
        .onConflict((conflict) => conflict.columns(['directory', 'account_id', 'digest']).doUpdateSet({ seen_at: now }))
        .execute();
      const ofAccount = context.db
        .selectFrom('known_places')
        .where('directory', '=', account.directory)
        .where('account_id', '=', account.id);
      const surplus = await ofAccount
        .select('digest')
        .orderBy('seen_at', 'desc')
        .orderBy('digest')
        .limit(1000)
        .offset(MOST_PLACES)
        .execute();
      if (surplus.length === 0) return;
      await context.db
        .deleteFrom('known_places')
        .where('directory', '=', account.directory)
        .where('account_id', '=', account.id)
        .where(
          'digest',
          'in',
          surplus.map((row) => row.digest),
        )
        .execute();
    },
    async known(account, digests, since) {
      if (digests.length === 0) return [];
      const rows = await context.db
        .selectFrom('known_places')
        .select('digest')
        .where('directory', '=', account.directory)
        .where('account_id', '=', account.id)
        .where('digest', 'in', [...digests])
        .where('seen_at', '>', since)
        .execute();
      return rows.map((row) => row.digest);
    },
  };
}
