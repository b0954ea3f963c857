import { AppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AuditRow } from '../ports/audit-store.ts';
import type { AccountRef } from '../ports/directory.ts';

/** Streams at the same time, of one node and of one account at this node. */
const MOST = 1000;
const MOST_OF_ONE = 6;
/** Events that are read at once. */
const PAGE = 200;
/** Everybody looks again after so long, told or not: what another process wrote, or a call that was lost; milliseconds. */
export const LOOK_EVERY = 5000;
/** What is asleep cannot be woken: a node that stops should not wait for it. */
const STEP = 1000;
/** What a directory has just said is taken for so long, by everybody; milliseconds. */
const KNOWN_FOR = 3000;
const MOST_KNOWN = 5000;

/** What the streams of one node share: one reading of each event, and of whom it is about, however many look on. */
export interface EventFeed {
  /** Resolves when there may be something new. To be called before what is there is read. */
  changed(): Promise<void>;
  /** Events after a number, in order; none: there are no more. */
  read(after: number): Promise<readonly AuditRow[]>;
  /** The same question is asked once, and its answer good for seconds. What fails is asked again. */
  shared<T>(question: string, ask: () => Promise<T>): Promise<T>;
  /** @throws AppError `live.too-many` */
  join(account: AccountRef): Reader;
  /** The node stops: nobody reads on. */
  close(): void;
}

/** Somebody who looks on. */
export interface Reader {
  /** Until they leave, or the node stops. */
  isReading(): boolean;
  leave(): void;
}

/** One for each node. The rows are what counts: whoever is not woken looks all the same, a little later. */
export function createEventFeed({ store, clock }: Pick<CoreDeps, 'store' | 'clock'>): EventFeed {
  const open = new Map<string, number>();
  const known = new Map<string, { until: number; answer: Promise<unknown> }>();
  const reading = new Map<number, Promise<readonly AuditRow[]>>();
  let count = 0;
  let closed = false;
  let next = Promise.withResolvers<void>();
  let unhear: (() => void) | null = null;
  let ticking = false;

  function wake(): void {
    // Whoever reads from now on must see what is new, and not share what was read before it.
    reading.clear();
    next.resolve();
    next = Promise.withResolvers();
  }
  /** One clock for all streams, for as long as there are any. */
  async function tick(): Promise<void> {
    for (let since = 0; count > 0 && !closed; since += STEP) {
      await clock.sleep(STEP);
      if (since % LOOK_EVERY === 0) wake();
    }
    ticking = false;
  }
  function start(): void {
    unhear ??= store.hearAppends(wake);
    if (ticking) return;
    ticking = true;
    void tick();
  }

  function stopHearing(): void {
    unhear?.();
    unhear = null;
    known.clear();
  }

  return {
    changed: () => next.promise,
    read(after) {
      const rows = reading.get(after) ?? store.audit.read(after, PAGE);
      reading.set(after, rows);
      return rows;
    },
    shared<T>(question: string, ask: () => Promise<T>): Promise<T> {
      const now = clock.monotonic();
      const found = known.get(question);
      if (found !== undefined && found.until > now) return found.answer as Promise<T>;
      if (known.size >= MOST_KNOWN) known.clear();
      const answer = ask();
      known.set(question, { until: now + KNOWN_FOR, answer });
      answer.catch(() => known.delete(question));
      return answer;
    },
    join(account) {
      const key = accountKey(account);
      const own = open.get(key) ?? 0;
      if (closed || count >= MOST || own >= MOST_OF_ONE) throw new AppError('live.too-many');
      count += 1;
      open.set(key, own + 1);
      start();
      let left = false;
      const leave = () => {
        if (left) return;
        left = true;
        count -= 1;
        const rest = (open.get(key) ?? 1) - 1;
        if (rest > 0) open.set(key, rest);
        else open.delete(key);
        if (count === 0) stopHearing();
        // Who has left need not wait to find out.
        wake();
      };
      return { isReading: () => !left && !closed, leave };
    },
    close() {
      closed = true;
      stopHearing();
      wake();
    },
  };
}
