import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { OpenedHistory, ToldEvent, WantedHistory } from './read-history.ts';

/** Events that are read at once. */
const PAGE = 500;

/**
 * Everything that fits, page by page, for a list that somebody takes away: who, about whom and how many is in the log, also where they
 * leave before its end. What is written meanwhile, that event included, is not in it.
 */
export async function* exportHistory(
  deps: Pick<CoreDeps, 'store' | 'clock'>,
  history: OpenedHistory,
  wanted: WantedHistory,
  by: { actor: Actor; session: string },
): AsyncGenerator<readonly ToldEvent[]> {
  let count = 0;
  let whole = false;
  try {
    const { seq } = await deps.store.audit.head();
    for (let before: number | null = seq + 1; before !== null; ) {
      const page = await history.page({ before, limit: PAGE });
      count += page.events.length;
      before = page.cursor;
      whole = before === null;
      yield page.events;
    }
  } finally {
    const { group = null, from = null, to = null, directory = null } = wanted;
    const accounts = [...(history.about?.accounts ?? [])];
    // The name that was looked for may be a password that was typed in the wrong place: whom it found is kept.
    const filter = { accounts, everybody: history.about === null, group, from, to, directory, by: wanted.by !== undefined };
    await deps.store.transaction((store) => recordEvent(store, deps.clock, { type: 'history.exported', ...by, filter, count, whole }));
  }
}
