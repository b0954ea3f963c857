import { accountKey } from '../accounts/candidate.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Store } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Codes to new addresses: for one account, and to one address, which may be a stranger's. */
const MAILS = [
  { whose: 'account', window: HOUR, most: 6 },
  { whose: 'address', window: HOUR, most: 3 },
] as const;
/** Texts cost money, and wake a stranger up: fewer, for the day as well. */
const TEXTS = [
  { whose: 'account', window: HOUR, most: 3 },
  { whose: 'account', window: DAY, most: 6 },
  { whose: 'address', window: DAY, most: 3 },
] as const;

/**
 * Counts a code to a new address before it is sent: whoever is signed in may not fill a stranger's mailbox, nor run up a bill. Texts count
 * for the whole installation too, in the part that is open to anybody.
 * @param key the same for all spellings of the address
 * @returns when there may be one again, milliseconds since 1970; null: now. Whoever is refused has counted nevertheless
 */
export async function countOwnCode(
  deps: ActDeps,
  store: Store,
  session: Session,
  { kind, key }: { kind: 'email' | 'sms'; key: string },
): Promise<number | null> {
  const whom = { account: accountKey(session.account), address: `to|${key}` };
  const limits = (kind === 'email' ? MAILS : TEXTS).map(({ whose, window, most }) => ({
    ...{ key: deps.keys.digest('guard-target', `own-code|${kind}|${window}|${whom[whose]}`), windowMilliseconds: window, most },
  }));
  const counted = await store.counters.hitAll(limits, deps.act.at);
  const over = limits.flatMap(({ key: counter, windowMilliseconds, most }) => {
    const row = counted.get(counter);
    return row !== undefined && row.count > most ? [row.windowStartedAt + windowMilliseconds] : [];
  });
  if (over.length > 0) return Math.max(...over);
  return kind === 'email' || (await deps.guard.spendTexts(store, 1, false)) ? null : deps.act.at + HOUR;
}
