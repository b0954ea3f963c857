import { type Caller, callerActor, callerKey, isApiToken } from '../access/caller.ts';
import { countSearch } from '../access/count-search.ts';
import type { ActDeps } from '../journey/act.ts';
import { type FoundPeople, findPeople, type WantedPeople } from './find-people.ts';

/**
 * One page of people for somebody who looks at it, or for a program, counted. A list that is taken away whole is read otherwise
 * (`exportPeople`) and written down.
 * @throws AppError `people.searched-too-often`, and as `findPeople`
 */
export async function searchPeople(deps: ActDeps, caller: Caller, wanted: WantedPeople): Promise<FoundPeople> {
  // One that there is not is no counter of its own.
  const where = deps.directories.all().find(({ id }) => id === wanted.directory)?.id ?? '';
  const inSession = isApiToken(caller) ? {} : { session: caller };
  await countSearch(deps, { agent: callerKey(caller), ...inSession, actor: callerActor(deps, caller), where });
  const found = await findPeople(deps, caller, wanted);
  // A next page would tell of a place beyond their scope that it is there: one that is not has none.
  const isOver = found.isOfNobody && wanted.place !== undefined && wanted.cursor === undefined;
  return isOver ? { ...found, cursor: null } : found;
}
