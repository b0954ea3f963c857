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

/** Messages that an administrator has sent to see whether they arrive: as many as it takes to mend something. */
const TEST_MAILS = [
  { whose: 'account', window: HOUR, most: 20 },
  { whose: 'address', window: HOUR, most: 20 },
] as const;
/** A number may be a stranger's, and there may be several gateways to try. */
const TEST_TEXTS = [
  { whose: 'account', window: HOUR, most: 10 },
  { whose: 'account', window: DAY, most: 20 },
  { whose: 'address', window: DAY, most: 10 },
] as const;

interface Limit {
  readonly whose: 'account' | 'address';
  /** Milliseconds. */
  readonly window: number;
  readonly most: number;
}

/** `key`: the same for all spellings of the address. */
interface Recipient {
  readonly kind: 'email' | 'sms';
  readonly key: string;
}

/**
 * Counts a code to a new address before it is sent: whoever is signed in may not fill a stranger's mailbox, nor run up a bill. Texts count
 * for the whole installation too, in the part that is open to anybody.
 * @returns when there may be one again, milliseconds since 1970; null: now. Whoever is refused has counted nevertheless
 */
export function countOwnCode(deps: ActDeps, store: Store, session: Session, to: Recipient): Promise<number | null> {
  return count(deps, store, session, to, 'own-code', to.kind === 'email' ? MAILS : TEXTS);
}

/** Counts a message that is sent to see whether it arrives, in the same way and by limits of its own. */
export function countTestMessage(deps: ActDeps, store: Store, session: Session, to: Recipient): Promise<number | null> {
  return count(deps, store, session, to, 'test', to.kind === 'email' ? TEST_MAILS : TEST_TEXTS);
}

async function count(
  deps: ActDeps,
  store: Store,
  session: Session,
  { kind, key }: Recipient,
  purpose: 'own-code' | 'test',
  limits: readonly Limit[],
): Promise<number | null> {
  const whom = { account: accountKey(session.account), address: `to|${key}` };
  const hits = limits.map(({ whose, window, most }) => ({
    ...{ key: deps.keys.digest('guard-target', `${purpose}|${kind}|${window}|${whom[whose]}`), windowMilliseconds: window, most },
  }));
  const counted = await store.counters.hitAll(hits, deps.act.at);
  const over = hits.flatMap(({ key: counter, windowMilliseconds, most }) => {
    const row = counted.get(counter);
    return row !== undefined && row.count > most ? [row.windowStartedAt + windowMilliseconds] : [];
  });
  if (over.length > 0) return Math.max(...over);
  return kind === 'email' || (await deps.guard.spendTexts(store, 1, false)) ? null : deps.act.at + HOUR;
}
