import { isAppError } from '../../../shared/errors.ts';
import type { Store, StoredIntent } from '../ports/store.ts';
import { createWatch } from '../watch-rows.ts';
import { closeWrite } from '../writes/close-write.ts';
import type { WriteResult } from '../writes/directory-write.ts';
import { findOutcome } from '../writes/find-outcome.ts';
import type { WriteDeps } from '../writes/run-writes.ts';
import { intentOfColumns, readIntent } from '../writes/stored-intent.ts';
import { movedWindow } from '../writes/write-window.ts';
import { advanceJourney } from './advance-journey.ts';
import { loadedJourney } from './journey-state.ts';
import { afterResults } from './step-after-writes.ts';

/** Milliseconds until an outcome that could not be found out yet is looked for once more. */
const LOOK_AGAIN_AFTER = 5000;

/** Milliseconds after which one that nobody was seen at is looked for, whatever the times in it say. */
const LEFT_AFTER = 5 * 60_000;

type OpenIntent = Pick<StoredIntent, 'id' | 'createdAt' | 'leaseUntil'> & { mark: string };

/**
 * Finishes writes whose process died, or whose outcome could not be found out then: reads the account, writes the
 * outcome down, and moves the journey on for the client that still polls it (AUD-1).
 *
 * When a write must be over is told by the clock of the node that does it, which may be another one. So each look notes what is open: a
 * write that was not there at the look before has begun since, whatever time stands in it, and its times are taken to be as much later;
 * one that begins later than now, by as much earlier. What was there at the first look of a process is taken by its times otherwise: that
 * is what a node which died has left. One that was watched unchanged for as long as it had time is looked for, however far its times are.
 * @returns looks once; how many intents were closed
 */
export function createWriteSweep(deps: WriteDeps): () => Promise<number> {
  const watch = createWatch<OpenIntent>(deps.clock);
  /** By how much the times of what is open are taken to be later, by intent; milliseconds. */
  const later = new Map<string, number>();
  let lookedAt: number | null = null;

  /** @returns those that nobody was seen at for so long that they must be over */
  async function noteOpen(now: number): Promise<string[]> {
    const open = await watch(async () => {
      const rows = await deps.store.intents.open();
      return rows.map((row) => ({ ...row, mark: String(row.leaseUntil) }));
    });
    const ids = new Set(open.map(({ id }) => id));
    for (const id of later.keys()) if (!ids.has(id)) later.delete(id);
    for (const { id, createdAt } of open.filter((each) => !later.has(each.id)))
      later.set(id, createdAt > now || (lookedAt !== null && createdAt < lookedAt) ? now - createdAt : 0);
    lookedAt = now;
    const isLeft = ({ unchangedFor, leaseUntil, createdAt }: (typeof open)[number]): boolean =>
      unchangedFor >= Math.min(LEFT_AFTER, Math.max(LOOK_AGAIN_AFTER, leaseUntil - createdAt));
    return open.filter(isLeft).map(({ id }) => id);
  }

  return async () => {
    const now = deps.clock.now();
    const left = await noteOpen(now);
    let closed = 0;
    for (const row of await deps.store.intents.takeOverdue(now, now + LOOK_AGAIN_AFTER, 50, left)) {
      const by = later.get(row.id);
      if (by !== undefined && (await sweepOne(deps, row, by))) closed += 1;
    }
    if (closed > 0) deps.wakeOutbox('notice');
    return closed;
  };
}

/** One that cannot be worked on stays open and comes again; the others do not wait for it. */
async function sweepOne(deps: WriteDeps, row: StoredIntent, later: number): Promise<boolean> {
  try {
    const result = await outcomeOf(deps, row, later);
    return result !== null && result.status !== 'open' && (await settle(deps, row, result));
  } catch (error) {
    if (isAppError(error, 'store.unavailable')) throw error;
    deps.log.error('write.not-swept', { intent: row.id, directory: row.directory, error });
    return false;
  }
}

/**
 * null: not known yet. An intent that cannot be read never tells what was before, so nothing can be concluded from what is now; once
 * its write must be over, whatever it was, the account is free again.
 */
async function outcomeOf(deps: WriteDeps, row: StoredIntent, later: number): Promise<WriteResult | null> {
  const intent = readIntent(row);
  if (intent !== null) {
    const window = movedWindow(intent.window, later);
    return deps.clock.now() < window.leaseUntil ? null : findOutcome(deps, { ...intent, window });
  }
  deps.log.error('write.not-swept', { intent: row.id, directory: row.directory, reason: 'unreadable' });
  const columns = intentOfColumns(row);
  if (deps.clock.now() < movedWindow(columns.window, later).givenUpAt) return null;
  return { intent: columns, status: 'unknown', foundBy: 'reading', reason: 'store.undecryptable' };
}

async function settle(deps: WriteDeps, row: StoredIntent, result: WriteResult): Promise<boolean> {
  try {
    return await deps.store.transaction(async (store) => {
      const won = await closeWrite(deps, store, result);
      if (won && row.journeyId !== null) await moveJourney(deps, store, row.journeyId, result);
      return won;
    });
  } catch (error) {
    // The journey moved under us (cancelled, expired): the next round closes the intent.
    if (isAppError(error, 'journey.step-passed')) return false;
    throw error;
  }
}

/** Takes the outcome down in a journey that waits for it; it moves on once all of its writes are closed. */
async function moveJourney(deps: WriteDeps, store: Store, journeyId: string, last: WriteResult): Promise<void> {
  const row = await store.journeys.find(journeyId);
  if (row === null || row.status === 'ended') return;
  const journey = loadedJourney(row);
  const { step } = journey.state;
  if (step.kind !== 'writing') return;
  if (step.intents[last.intent.id] === undefined) return;
  await advanceJourney(store, journey, afterResults(deps, journey.state, [last]));
}
