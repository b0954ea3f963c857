import type { KnownPlaceStore } from '../../core/ports/store.ts';
import type { TableContext } from '../context.ts';

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
