import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { SetUpRow } from '../ports/set-up-store.ts';
import type { Store } from '../ports/store.ts';
import { factsOf, NO_FACTS } from './facts.ts';
import { SESSION_LASTS } from './set-up.ts';

/** What of a set-up is open: a link that waits, a browser that answers, or its last step. Times are milliseconds since 1970. */
export type OpenSetUp =
  | { readonly state: 'link-waits'; readonly until: number }
  | { readonly state: 'answering'; readonly until: number }
  | { readonly state: 'first-reset'; readonly until: number; readonly linksMade: number; readonly person: string | null };

/** What is open now, of a row of the set-up; null: nobody gets in. */
function openOf(row: SetUpRow | null, now: number): OpenSetUp | null {
  if (row === null) return null;
  const { firstReset } = factsOf(row);
  if (firstReset !== undefined) {
    const { endsAt: until, linksMade, person } = firstReset;
    return until > now ? { state: 'first-reset', until, linksMade, person: person?.login ?? null } : null;
  }
  if (row.openedAt === null) return row.linkExpiresAt > now ? { state: 'link-waits', until: row.linkExpiresAt } : null;
  const until = row.openedAt + SESSION_LASTS;
  return row.sessionDigest !== null && until > now ? { state: 'answering', until } : null;
}

/** What of the set-up is open; null: nothing. */
export async function readOpenSetUp({ store, clock }: Pick<CoreDeps, 'store' | 'clock'>): Promise<OpenSetUp | null> {
  return openOf(await store.setUps.current(), clock.now());
}

/**
 * Ends on the console what of the set-up is open, before its time: for a link or a browser that somebody else may have. Before there is a
 * configuration what was answered is kept for whoever opens the next link; of the last step nothing is, and the journey that its link
 * has begun writes nothing any more.
 * @param author who gives the command
 * @returns what was open; null: nothing
 */
export async function endSetUpEarly({ store, clock }: Pick<CoreDeps, 'store' | 'clock'>, author: string): Promise<OpenSetUp | null> {
  return store.transaction(async (inside) => {
    const now = clock.now();
    const open = openOf(await inside.setUps.current(), now);
    if (open === null) return null;
    const actor = { kind: 'operator', client: 'cli' } as const;
    // The log first: it holds the turn of whoever opens a link or puts a configuration into force.
    if (open.state === 'first-reset')
      await recordEvent(inside, clock, { type: 'set-up.reset-ended', actor, author, because: 'on-the-console' });
    else await recordEvent(inside, clock, { type: 'set-up.closed', actor, author });
    await shut(inside, now);
    return open;
  });
}

async function shut(store: Pick<Store, 'setUps'>, now: number): Promise<void> {
  // Whoever changes it meanwhile is met once more; they are not many.
  for (let row = await store.setUps.current(); row !== null; row = await store.setUps.current()) {
    const isLast = factsOf(row).firstReset !== undefined;
    const next = isLast
      ? { endedAt: now, sessionDigest: null, facts: JSON.stringify(NO_FACTS) }
      : { linkExpiresAt: Math.min(row.linkExpiresAt, now), sessionDigest: null };
    if (await store.setUps.change(row, next)) return;
  }
}
