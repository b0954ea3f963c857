import { EXPIRING_DAYS } from '../../../shared/people-filters.ts';
import { type Caller, callerActor, requireCallerOpen, sessionPart } from '../access/caller.ts';
import { writtenDown } from '../audit/write-down-list.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Account } from '../ports/directory.ts';
import { findPeople, type WantedPeople } from './find-people.ts';

/** People that are read at once for a list that is taken away. */
const PAGE = 500;
/** Pages that an export reads without finding anybody visible, before it stops: a list of nobody is no reason to read a directory. */
const MOST_EMPTY = 200;

/**
 * Everybody whom a search finds, page by page, for a list that an agent takes away: who, of which directory and how many is in the audit
 * log. Holds no more than a page.
 * @throws AppError as `findPeople`, and `session.ended` or `token.ended` when that happens on the way
 */
export function exportPeople(deps: ActDeps, caller: Caller, wanted: WantedPeople): AsyncGenerator<readonly Account[]> {
  const { directory, text = '', filter = null, days = EXPIRING_DAYS, enrolled = null, place } = wanted;
  // What was looked for may be somebody's name or number: only whether there was anything is kept.
  const sought = {
    directory,
    text: text.trim() !== '',
    place: place !== undefined,
    filter,
    ...(filter === 'expiring' ? { days } : {}),
    enrolled,
  };
  const about = { ...sessionPart(caller), actor: callerActor(deps, caller), ...sought };
  return writtenDown(deps, pagesOf(deps, caller, wanted), (list, end) =>
    end === null ? { type: 'people.export-begun', list, ...about } : { type: 'people.exported', list, ...about, ...end },
  );
}

async function* pagesOf(deps: ActDeps, caller: Caller, wanted: WantedPeople): AsyncGenerator<readonly Account[], boolean> {
  let untold = false;
  for (let [cursor, empty]: [string | undefined, number] = [undefined, 0]; ; ) {
    // A list is long on its way: whoever was signed out meanwhile, or is past their end, gets no more of it.
    const now: ActDeps = { ...deps, act: { ...deps.act, at: deps.clock.now() } };
    const page = await findPeople(now, caller, { ...wanted, pageSize: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    await requireCallerOpen(now, deps.store, caller);
    untold ||= page.untold;
    yield page.people;
    empty = page.people.length === 0 ? empty + 1 : 0;
    if (page.cursor === null || empty >= MOST_EMPTY) return page.cursor === null && !untold;
    cursor = page.cursor;
  }
}
