import { type Caller, requireCallerOpen, sessionPart } from '../access/caller.ts';
import type { Actor } from '../audit/events.ts';
import { writtenDown } from '../audit/write-down-list.ts';
import type { ActDeps } from '../journey/act.ts';
import type { OpenedHistory, ToldEvent, WantedHistory } from './read-history.ts';

/** Events that are read at once. */
const PAGE = 500;

/**
 * Everything that fits, page by page, for a list that somebody takes away: who, about whom and how many is in the log. What is written
 * meanwhile, those events included, is not in it.
 * @throws AppError `session.ended` or `token.ended` when that happens on the way
 */
export function exportHistory(
  deps: ActDeps,
  history: OpenedHistory,
  wanted: WantedHistory,
  { actor, caller }: { actor: Actor; caller: Caller },
): AsyncGenerator<readonly ToldEvent[]> {
  const { group = null, from = null, to = null, directory = null } = wanted;
  const accounts = [...(history.about?.accounts ?? [])];
  // The name that was looked for may be a password that was typed in the wrong place: whom it found is kept.
  const filter = { accounts, everybody: history.about === null, group, from, to, directory, by: wanted.by !== undefined };
  const about = { ...sessionPart(caller), actor, filter };
  return writtenDown(deps, pagesOf(deps, history, caller), (list, end) =>
    end === null ? { type: 'history.export-begun', list, ...about } : { type: 'history.exported', list, ...about, ...end },
  );
}

async function* pagesOf(deps: ActDeps, history: OpenedHistory, caller: Caller): AsyncGenerator<readonly ToldEvent[], boolean> {
  const { seq } = await deps.store.audit.head();
  for (let before: number | null = seq + 1; before !== null; ) {
    const page = await history.page({ before, limit: PAGE });
    // A list is long on its way: whoever was signed out meanwhile, has lost the role, or is past their end, gets no more of it.
    await requireCallerOpen({ ...deps, act: { ...deps.act, at: deps.clock.now() } }, deps.store, caller);
    before = page.cursor;
    yield page.events;
  }
  return true;
}
