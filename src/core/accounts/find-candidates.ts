import type { FactorKind, Goal } from '../../../shared/api/journeys.ts';
import { AppError, isAppError } from '../../../shared/errors.ts';
import type { DecoyReason } from '../audit/events.ts';
import type { CoreDeps } from '../core-deps.ts';
import { canProve } from '../enrolment/judge-combinations.ts';
import type { Account, AccountRef, AccountStatus, Directory, StatusForWrite } from '../ports/directory.ts';
import { type Candidate, candidateOf } from './candidate.ts';
import { findEverywhere } from './find-everywhere.ts';
import { guardKey } from './guard-key.ts';
import { lookWhereNobodyIs } from './look-as-if-found.ts';

export interface FoundCandidates {
  /** Accounts whose owner may recover them now. Empty: the journey is a decoy. */
  candidates: Candidate[];
  /** Accounts that exist and may not, with the reason: for the audit log and for mail to their owner. */
  refused: { account: Account | null; reason: DecoyReason }[];
}

/** What a recovery is to do, and by which proofs. */
export interface Asked {
  readonly goal: Goal;
  readonly accepted: readonly (readonly FactorKind[])[];
}

/**
 * Looks a name up in every directory and sorts what is found into accounts that can be recovered and reasons why not
 * (JRN-3, JRN-4, DIR-8). `asked` is what for, and the combinations of proofs that count here. The order of the checks is fixed and
 * every account gets all of them.
 * @throws AppError `directory.*` or `configuration.invalid` when no directory can be asked for the name
 */
export async function findCandidates(
  deps: Pick<CoreDeps, 'store' | 'directories' | 'log'>,
  typedName: string,
  asked: Asked,
): Promise<FoundCandidates> {
  const { found, unanswered } = await findEverywhere(deps, typedName);
  await lookWhereNobodyIs(deps, found, typedName);
  const candidates: Candidate[] = [];
  const refused: FoundCandidates['refused'] = [];
  for (const { directory, account } of found) {
    const reason = await reasonAgainst(deps, directory, account, asked).catch((error: unknown) => unreadable(deps, account, error));
    if (reason === null) candidates.push(candidateOf(account, directory.label));
    else refused.push({ account, reason });
  }
  if (found.length === 0) refused.push({ account: null, reason: unanswered ? 'directory-trouble' : 'unknown-account' });
  return { candidates, refused };
}

/** What the guard counts a name under (DIR-9): coarser than any directory compares. Unknown names have it too. */
export function guardNames(directories: readonly Directory[], typedName: string): string[] {
  const names = directories.flatMap((directory) => {
    const normalised = directory.normaliseIdentifier(typedName);
    return normalised === null ? [] : [`${directory.id}|${guardKey(normalised)}`];
  });
  return names.length > 0 ? names : [`none|${guardKey(typedName)}`];
}

/** Why the account itself may not be recovered by its owner, whatever is proven; null: it may. */
export type Barred = Extract<
  DecoyReason,
  'account-protected' | 'account-disabled' | 'account-expired' | 'password-not-used' | 'recovery-frozen'
>;

/**
 * The order is fixed, so that one account always gets the same reason.
 * @throws AppError `directory.no-right` when the directory hides what it should tell
 */
export function reasonToBar(
  directory: Directory,
  status: StatusForWrite,
  protection: { readonly protected: boolean },
  frozen: boolean,
): Barred | null {
  if (protection.protected) return 'account-protected';
  if (status.disabled) return 'account-disabled';
  if (status.accountExpired) return 'account-expired';
  if (status.passwordSignIn === false) return 'password-not-used';
  refuseHiddenState(directory, status);
  return frozen ? 'recovery-frozen' : null;
}

/**
 * What is hidden is not "no": an account whose state a directory should tell, and does not, may be disabled.
 * @throws AppError `directory.no-right`
 */
function refuseHiddenState({ id, abilities }: Directory, status: StatusForWrite): void {
  const known = { locked: status.locked, disabled: status.disabled, 'account-expired': status.accountExpired };
  // Whether it is locked bars nobody: a lock that is not known is told as such.
  const hidden = abilities.tells.filter((state) => state !== 'locked' && known[state] === null);
  if (hidden.length === 0) return;
  throw new AppError('directory.no-right', {
    directory: id,
    problem: `The service account cannot see whether the account is ${hidden.join(' or ')}`,
    fix: 'Let it read the attributes; `keyturn doctor` prints how.',
  });
}

/**
 * Nobody is asked for proofs of what the directory is known to refuse in the end. Where nothing can be unlocked, a reset is all there is.
 * @throws AppError `directory.no-right`
 */
function refuseImpossibleReset({ id, abilities }: Directory, { noReset }: AccountStatus, goal: Goal): void {
  const comesToReset = goal === 'reset-password' || !abilities.verbs.includes('unlock-account');
  if (noReset !== undefined && comesToReset) throw new AppError('directory.no-right', { directory: id, ...noReset });
}

/** All at once: each of these is a round trip, and a person is waiting. */
async function barredBecause(deps: Pick<CoreDeps, 'store'>, directory: Directory, account: Account, goal: Goal): Promise<Barred | null> {
  const [status, protection, frozen] = await Promise.all([
    directory.readStatus(account),
    directory.isProtected(account),
    deps.store.freezes.isFrozen(account),
  ]);
  const barred = reasonToBar(directory, status, protection, frozen);
  if (barred === null) refuseImpossibleReset(directory, status, goal);
  return barred;
}

/**
 * A directory that finds an account and cannot say more about it. An error would tell that the account exists, since for a
 * name that nobody has there is none: the journey leads nowhere, and operators learn why.
 */
function unreadable(deps: Pick<CoreDeps, 'log'>, account: Account, error: unknown): DecoyReason {
  if (!isAppError(error) || !error.code.startsWith('directory.')) throw error;
  deps.log.error('account.unreadable', { directory: account.directory, account: account.id, error });
  return 'directory-trouble';
}

async function reasonAgainst(
  deps: Pick<CoreDeps, 'store'>,
  directory: Directory,
  account: Account,
  { goal, accepted }: Asked,
): Promise<DecoyReason | null> {
  const ref: AccountRef = { directory: account.directory, id: account.id };
  const [barred, factors] = await Promise.all([barredBecause(deps, directory, account, goal), deps.store.factors.ofAccount(ref)]);
  if (barred !== null) return barred;
  return canProve(accepted, factors) ? null : 'not-enrolled';
}
