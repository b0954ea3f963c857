import { type Caller, callerActor, requireCallerOpen, sessionPart } from '../access/caller.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Account } from '../ports/directory.ts';
import { findPeople, type WantedPeople } from './find-people.ts';

/** People that are read at once for a list that is taken away. */
const PAGE = 500;
/** Pages that an export reads without finding anybody visible, before it stops: a list of nobody is no reason to read a directory. */
const MOST_EMPTY = 200;

/**
 * Everybody whom a search finds, page by page, for a list that an agent takes away: who, of which directory and how many is in the audit
 * log, also where they leave before its end. Holds no more than a page.
 * @throws AppError as `findPeople`, and `session.ended` or `token.ended` when that happens on the way
 */
export async function* exportPeople(deps: ActDeps, caller: Caller, wanted: WantedPeople): AsyncGenerator<readonly Account[]> {
  let count = 0;
  let whole = false;
  try {
    for (let [cursor, empty]: [string | undefined, number] = [undefined, 0]; ; ) {
      // A list is long on its way: whoever was signed out meanwhile, or is past their end, gets no more of it.
      const now: ActDeps = { ...deps, act: { ...deps.act, at: deps.clock.now() } };
      const page = await findPeople(now, caller, { ...wanted, pageSize: PAGE, ...(cursor === undefined ? {} : { cursor }) });
      await requireCallerOpen(now, deps.store, caller);
      count += page.people.length;
      yield page.people;
      empty = page.people.length === 0 ? empty + 1 : 0;
      if (page.cursor === null || empty >= MOST_EMPTY) {
        whole = page.cursor === null && !page.untold;
        return;
      }
      cursor = page.cursor;
    }
  } finally {
    const { directory, text = '', filter = null, place } = wanted;
    // What was looked for may be somebody's name or number: only whether there was anything is kept.
    const about = { directory, text: text.trim() !== '', filter, place: place !== undefined, count, whole };
    await deps.store.transaction((store) =>
      recordEvent(store, deps.clock, { type: 'people.exported', ...sessionPart(caller), actor: callerActor(deps, caller), ...about }),
    );
  }
}
