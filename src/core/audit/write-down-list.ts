import type { CoreDeps } from '../core-deps.ts';
import { randomId } from '../random-id.ts';
import type { AuditEvent, ListEnd } from './events.ts';
import { recordEvent } from './record-event.ts';

/**
 * Pages of a list that somebody takes away, which is in the audit log before anything of it leaves, and once more with how many when it
 * ends, also where its reader leaves or is given up. Of a node that dies in the middle the beginning alone is there: then all of it may
 * have been taken. What is refused before the first page was no list.
 * @param pages returns whether it has come to the end of all that there is
 * @param eventOf what the log tells of the list of this id; null: that it begins
 * @throws AppError what `pages` throws
 */
export async function* writtenDown<Row>(
  deps: Pick<CoreDeps, 'store' | 'clock' | 'random'>,
  pages: AsyncGenerator<readonly Row[], boolean>,
  eventOf: (list: string, end: ListEnd | null) => AuditEvent,
): AsyncGenerator<readonly Row[]> {
  const list = randomId(deps.random);
  const writeDown = (end: ListEnd | null) => deps.store.transaction((store) => recordEvent(store, deps.clock, eventOf(list, end)));
  try {
    let page = await pages.next();
    await writeDown(null);
    let count = 0;
    try {
      for (; page.done !== true; page = await pages.next()) {
        count += page.value.length;
        yield page.value;
      }
    } finally {
      await writeDown({ count, whole: page.done === true && page.value });
    }
  } finally {
    // What is read from is let go, whatever could not be written down.
    // Stryker disable next-line BooleanLiteral: what it returns then is read by nobody
    await pages.return(false);
  }
}
