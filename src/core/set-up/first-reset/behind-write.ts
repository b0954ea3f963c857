import type { LinkBehind } from '../../helpdesk/reset-link/use-link.ts';
import type { ActDeps } from '../../journey/act.ts';
import type { LoadedJourney } from '../../journey/journey-state.ts';
import type { Store } from '../../ports/store.ts';
import { isRaisedSince } from '../../threat/raised-since.ts';
import { type FoundFirstReset, findFirstReset, keep } from './first-reset.ts';
import { judgeTestPerson } from './name-person.ts';

/**
 * What the write of a journey rests on that a link of the set-up has begun: the set-up is at that step still, the link was not replaced or
 * used by another journey, and the person is one to try with, as the directory says now.
 * @returns `over` where that is not so
 * @throws AppError `directory.*`: it is not known
 */
export async function firstResetBehind(
  deps: ActDeps,
  { row }: LoadedJourney,
  byLink: { readonly setUp: string; readonly link: string },
): Promise<LinkBehind | 'over'> {
  const find = async (store: Store): Promise<FoundFirstReset | null> => {
    const found = await findFirstReset(store, deps.act.at);
    const link = found?.firstReset.link;
    if (found?.row.id !== byLink.setUp || link?.id !== byLink.link) return null;
    return link.writer === undefined || link.writer === row.id ? found : null;
  };
  const person = (await find(deps.store))?.firstReset.person;
  if (person === undefined) return 'over';
  const directory = deps.directories.get(person.directory);
  const account = await directory.readAccount({ directory: person.directory, id: person.id });
  if (account === null || (await judgeTestPerson(deps, directory, account)) !== null) return 'over';
  return {
    async use(store) {
      const found = await find(store);
      const link = found?.firstReset.link;
      // Stryker disable next-line ConditionalExpression,LogicalOperator: what is found has a link; the compiler wants it said
      if (found === null || link === undefined) return false;
      if (await isRaisedSince(store, link.threat)) return false;
      return link.writer === row.id || (await keep(store, found, { link: { ...link, writer: row.id, journey: row.id } }));
    },
    // The page that waits reads what became of it in the audit log, as anybody would.
    settle: () => Promise.resolve(),
  };
}
