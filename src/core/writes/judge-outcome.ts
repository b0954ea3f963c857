import type { AccountFingerprint } from '../ports/directory.ts';
import type { WriteVerb } from './directory-write.ts';

/** What is known of a write whose answer never came. */
export interface Evidence {
  readonly verb: WriteVerb;
  /** Read before the write on the server that was to write. */
  readonly before: AccountFingerprint;
  /** When `before` was read; milliseconds since 1970. */
  readonly readAt: number;
  /** Read on the very same server; null: it cannot be read there now. */
  readonly now: AccountFingerprint | null;
  /** The time is over within which the write could still happen. */
  readonly settled: boolean;
  /** Keyturn itself wrote to the account for somebody else meanwhile. */
  readonly othersWrote: boolean;
  /** Nobody will look again. */
  readonly lastLook: boolean;
  /** The write was to leave a password that has to be changed: it looks the same when it is done and after the first of two steps. */
  readonly mustChange: boolean;
}

/**
 * - `done`: this write took effect
 * - `left-temporary`: of a reset in two steps the first one did, and the second one will not
 * - `failed`: nothing was changed, and nothing will be
 * - `unknown`: it will never be known
 * - `open`: not yet known
 */
export type Judgement = 'done' | 'left-temporary' | 'failed' | 'unknown' | 'open';

/**
 * What became of a write, from readings alone. Only *changed, on the same server* proves that something was written, and only if
 * nobody else can have written it; only *unchanged, and the time for it over* proves that nothing was, and of two steps that the second
 * was not. Everything else is not known.
 */
export function judgeOutcome(evidence: Evidence): Judgement {
  const { now, settled, othersWrote, lastLook, verb } = evidence;
  if (now === null) return lastLook ? 'unknown' : 'open';
  const seen = verb !== 'unlock-account' ? passwordSeen(evidence, now) : lockSeen(evidence, now);
  switch (seen) {
    case 'unchanged':
      return settled ? 'failed' : 'open';
    case 'unclear':
      return settled || lastLook ? 'unknown' : 'open';
    case 'changed':
      if (othersWrote || now.writer === 'other') return 'unknown';
      return verb === 'reset-password' && now.temporary === true ? afterFirstStep(evidence) : 'done';
  }
}

/** The second step may be under way, or be held up before the server. */
function afterFirstStep({ settled, mustChange }: Evidence): Judgement {
  if (!settled) return 'open';
  return mustChange ? 'unknown' : 'left-temporary';
}

type Seen = 'changed' | 'unchanged' | 'unclear';

function passwordSeen({ before }: Evidence, now: AccountFingerprint): Seen {
  if (before.password === null || now.password === null) return 'unclear';
  if (now.password !== before.password) {
    if (isOlder(before, now) || !agrees(before, now)) return 'unclear';
    return before.anyWrite !== true || weWroteSince(before, now) ? 'changed' : 'unclear';
  }
  if (before.revision !== undefined && before.revision === now.revision) return 'unchanged';
  // A mark that was there before hides another one.
  if (before.temporary === true) return 'unclear';
  // Times of whole seconds are equal after a second write within the same second: until-tellable.ts has waited for the next one.
  return 'unchanged';
}

/**
 * Only the change of the writer to us shows it: what a server itself keeps about sign-ins moves the revision of the entry (OpenLDAP 2.5,
 * tried), and somebody else may have written a telephone number.
 */
function weWroteSince(before: AccountFingerprint, now: AccountFingerprint): boolean {
  return before.writer === 'other' && now.writer === 'self';
}

function lockSeen({ before }: Evidence, now: AccountFingerprint): Seen {
  if (before.lock === null || now.lock === null || now.locked === null) return 'unclear';
  if (now.lock === before.lock) return 'unchanged';
  // Locked anew, or counted on: whether it was unlocked in between does not show.
  return now.locked ? 'unclear' : 'changed';
}

/**
 * What counts writes has counted one. A count that is told on one side only compares with nothing; one that stays tells that something
 * else about the password was written, such as "must change".
 */
function agrees(before: AccountFingerprint, now: AccountFingerprint): boolean {
  if (before.revision === undefined && now.revision === undefined) return true;
  return before.revision !== undefined && now.revision !== undefined && before.revision !== now.revision;
}

/** A server that went back behind what it told before (restored, or not the same one after all). */
function isOlder(before: AccountFingerprint, now: AccountFingerprint): boolean {
  return before.passwordSetAt !== null && now.passwordSetAt !== null && now.passwordSetAt < before.passwordSetAt;
}

/** Milliseconds. Wide, because the time is told by the directory's clock, which may be minutes away from ours. */
const JUST_NOW = 10 * 60_000;

/** Whether the password may have been set within the second of `at`, so that a write now would carry the same time. Not told is "may". */
export function wasSetJustNow(fingerprint: AccountFingerprint, at: number): boolean {
  const { wholeSeconds, passwordSetAt } = fingerprint;
  return wholeSeconds === true && (passwordSetAt === null || Math.abs(at - passwordSetAt) < JUST_NOW);
}
