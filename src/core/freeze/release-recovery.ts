import { accountKey } from '../accounts/candidate.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import { signedInTarget } from '../change/check-current.ts';
import type { CoreDeps } from '../core-deps.ts';
import { factorsOf } from '../enrolment/factors-of.ts';
import type { Guard } from '../guard/guard.ts';
import type { Account, AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';

/** A linked account that keeps the owner of another one from recovering it, until it is released itself. */
export interface LinkedBlock {
  account: AccountRef;
  frozen: boolean;
  /** As that of `RecoveryState`. */
  pausedUntil: number;
}

export interface RecoveryState {
  /** Somebody said "this was not me" about this account. */
  frozen: boolean;
  /** Wrong proofs from networks that the owner never used, lately. */
  failures: number;
  /** Until when proofs from networks that the owner never used are worth nothing. Milliseconds since 1970; 0: they are judged. */
  pausedUntil: number;
  /** Authenticators whose codes count no more, for too many wrong ones. */
  suspended: number;
  /** Linked accounts that are frozen, or at which too much was guessed. */
  linked: LinkedBlock[];
}

type Deps = Pick<CoreDeps, 'store' | 'keys' | 'clock'> & { guard: Guard };

type Owned = Pick<Account, 'directory' | 'id' | 'contacts'>;

/** What keeps the owner of an account from recovering it, apart from the directory. */
export async function readRecoveryState(deps: Deps, account: Owned): Promise<RecoveryState> {
  const [frozen, state, factors] = await Promise.all([
    deps.store.freezes.frozenOf(account),
    deps.guard.failuresOf(accountKey(account)),
    factorsOf(deps, account),
  ]);
  const isFrozen = (key: string) => frozen.some((ref) => accountKey(ref) === key);
  // As they are counted against: a link that waits brings nothing.
  const counting = factors.filter(({ countsFrom }) => (countsFrom ?? 0) <= deps.clock.now());
  const owners = counting.map(({ directory, accountId: id }) => ({ directory, id }));
  const others = new Map([...frozen, ...owners].map((ref) => [accountKey(ref), ref]));
  others.delete(accountKey(account));
  const linked = await Promise.all(
    [...others].map(async ([key, ref]): Promise<LinkedBlock> => {
      const { pausedUntil } = await deps.guard.failuresOf(key);
      return { account: ref, frozen: isFrozen(key), pausedUntil };
    }),
  );
  return {
    frozen: isFrozen(accountKey(account)),
    ...state,
    suspended: factors.filter((factor) => factor.suspendedAt !== null).length,
    linked: linked.filter((each) => each.frozen || each.pausedUntil > 0),
  };
}

/**
 * Lifts a freeze and ends the pauses after failures, the one after wrong current passwords of somebody signed in included, at the word
 * of an operator who has made sure that the account is in the right hands. Both are in the audit log with a name and a reason.
 * What keeps it back at a linked account stays: that one is released by itself.
 * @param by.spend takes away what it rests on, in the same transaction; what it throws undoes everything
 * @returns how it was before
 */
export async function releaseRecovery(
  deps: Deps,
  { directory, id, contacts }: Owned,
  {
    spend,
    actor = { kind: 'operator' },
    ...by
  }: { author: string; reason: string; actor?: Actor; spend?: (store: Store) => Promise<void> },
): Promise<RecoveryState> {
  const account = { directory, id };
  const before = await readRecoveryState(deps, { ...account, contacts });
  await deps.store.transaction(async (store) => {
    const wasFrozen = await store.freezes.lift(account);
    for (const target of [accountKey(account), signedInTarget(account)]) await deps.guard.release(store, target);
    await store.factors.resume(account);
    await spend?.(store);
    const { failures } = before;
    await recordEvent(store, deps.clock, { type: 'recovery.released', account, actor, ...by, wasFrozen, failures });
  });
  return before;
}
