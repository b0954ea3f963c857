import { accountKey } from '../accounts/candidate.ts';
import { recordEvent } from '../audit/record-event.ts';
import { signedInTarget } from '../change/check-current.ts';
import type { CoreDeps } from '../core-deps.ts';
import { factorsOf } from '../enrolment/factors-of.ts';
import type { Guard } from '../guard/guard.ts';
import type { Account } from '../ports/directory.ts';

export interface RecoveryState {
  /** Somebody said "this was not me". */
  frozen: boolean;
  /** Wrong proofs from networks that the owner never used, lately. */
  failures: number;
  /** Until when proofs from networks that the owner never used are worth nothing. Milliseconds since 1970; 0: they are judged. */
  pausedUntil: number;
  /** Authenticators whose codes count no more, for too many wrong ones. */
  suspended: number;
}

type Deps = Pick<CoreDeps, 'store' | 'keys' | 'clock'> & { guard: Guard };

type Owned = Pick<Account, 'directory' | 'id' | 'contacts'>;

/** What keeps the owner of an account from recovering it, apart from the directory. */
export async function readRecoveryState(deps: Deps, account: Owned): Promise<RecoveryState> {
  const [frozen, state, factors] = await Promise.all([
    deps.store.freezes.isFrozen(account),
    deps.guard.failuresOf(accountKey(account)),
    factorsOf(deps, account),
  ]);
  return { frozen, ...state, suspended: factors.filter((factor) => factor.suspendedAt !== null).length };
}

/**
 * Lifts a freeze and ends the pauses after failures, the one after wrong current passwords of somebody signed in included, at the word
 * of an operator who has made sure that the account is in the right hands. Both are in the audit log with a name and a reason.
 * @returns how it was before
 */
export async function releaseRecovery(
  deps: Deps,
  { directory, id, contacts }: Owned,
  by: { author: string; reason: string },
): Promise<RecoveryState> {
  const account = { directory, id };
  const before = await readRecoveryState(deps, { ...account, contacts });
  await deps.store.transaction(async (store) => {
    await store.freezes.lift(account);
    for (const target of [accountKey(account), signedInTarget(account)]) await deps.guard.release(store, target);
    await store.factors.resume(account);
    const { frozen: wasFrozen, failures } = before;
    await recordEvent(store, deps.clock, { type: 'recovery.released', account, actor: { kind: 'operator' }, ...by, wasFrozen, failures });
  });
  return before;
}
