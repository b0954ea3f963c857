import type { FactorKind, Goal } from '../../../shared/api/journeys.ts';
import { AppError, isAppError } from '../../../shared/errors.ts';
import { withLines } from '../../../shared/fix-text.ts';
import type { DecoyReason } from '../audit/events.ts';
import type { CoreDeps } from '../core-deps.ts';
import { countingOf, managerProof } from '../enrolment/factors-of.ts';
import { type CombinationVerdict, judgeCombinations } from '../enrolment/judge-combinations.ts';
import { countingLinks } from '../people/linked-proofs.ts';
import type { Account, AccountStanding, AccountStatus, Directory, StatusForWrite } from '../ports/directory.ts';
import type { FactorRow } from '../ports/store.ts';
import { acceptedOf, kindsHad } from '../proof/first-sign-in.ts';
import { provesAsSignIn } from '../proof/proves-as-sign-in.ts';
import { combinationsOf, ownCombinations, type ProofRule, type RuleFacts, type Situation } from '../proof/rules.ts';
import { readRuleFacts, unknownRuleFacts } from './read-rule-facts.ts';

/** What a recovery is to do and from where, and the rules of proof. */
export interface Asked extends Situation {
  readonly rules: readonly ProofRule[];
  /** Whether somebody could vouch for an account. Asked where a rule takes that. @throws AppError `directory.*`: it is not known */
  readonly canBeVouchedFor: (account: Account) => Promise<boolean>;
  /** How many values are opened at least, whatever the owner has: for an outsider, who must not feel it. */
  readonly opensAtLeast?: number;
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
  return protection.protected ? 'account-protected' : reasonBesidesProtection(directory, status, frozen);
}

/**
 * Why an account may do nothing, whether it is protected or not: who is protected may act.
 * @throws AppError `directory.no-right` when the directory hides what it should tell
 */
export function reasonBesidesProtection(
  directory: Directory,
  status: StatusForWrite,
  frozen: boolean,
): Exclude<Barred, 'account-protected'> | null {
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
    fix: withLines('Let it read the attributes, as this tells', 'keyturn doctor'),
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

/** What decides whether the owner of an account may recover it now. Journeys go by it, and operators are told it. */
export interface AccountVerdict {
  /** null: the owner may. */
  readonly reason: DecoyReason | null;
  /** Why, as far as the directory says more: what protects the account, what the service account cannot see. */
  readonly detail: string | null;
  /** What its owner can prove themselves with. */
  readonly factors: readonly FactorRow[];
  /** What the rules of proof ask of the account. */
  readonly facts: RuleFacts;
  /** What the owner can give of each combination that counts for the account. */
  readonly combinations: readonly CombinationVerdict[];
}

/**
 * Judges one account. Everything is read at once: each part is a round trip, and a person is waiting.
 * A directory that finds an account and cannot say more about it is a reason like any other: an error would tell that the account
 * exists, since for a name that nobody has there is none.
 */
export async function judgeAccount(
  deps: Pick<CoreDeps, 'store' | 'keys' | 'log' | 'clock'>,
  directory: Directory,
  account: Account,
  asked: Asked,
): Promise<AccountVerdict> {
  const recorded = deps.store.people.recordOf({ directory: account.directory, id: account.id }, asked.opensAtLeast);
  const [record, barred, facts, vouched] = await Promise.all([
    recorded,
    readBarred(deps, directory, account, { goal: asked.goal, frozen: recorded.then(({ frozen }) => frozen) }),
    readRuleFacts(directory, asked.rules, account).catch((error: unknown) => unreadable(deps, account, error)),
    vouchedBy(deps, account, asked),
  ]);
  const own = countingOf(deps, account, record.factors);
  const linked = countingLinks(deps, record.linked);
  // Who signs in gives the password of the account itself.
  const factors = provesAsSignIn(asked.goal) ? own : [...own, ...linked, ...vouched];
  if ('reason' in facts) {
    const nothing = { facts: unknownRuleFacts(directory.id), factors, combinations: [] };
    return barred.reason === null ? { ...facts, ...nothing } : { ...barred, ...nothing };
  }
  const { reason, combinations } = judgeProofs(asked, facts, factors);
  if (barred.reason !== null || reason === null) return { ...barred, factors, facts, combinations };
  return { reason, detail: null, factors, facts, combinations };
}

interface ProofsVerdict {
  readonly reason: Extract<DecoyReason, 'nothing-accepted' | 'not-enrolled'> | null;
  readonly combinations: readonly CombinationVerdict[];
}

/** What the owner of these proofs can give of what the rules accept from them, and why that is not enough; null: it is. Pure. */
function judgeProofs(
  asked: Situation & Pick<Asked, 'rules'>,
  facts: RuleFacts,
  factors: readonly Pick<FactorRow, 'kind'>[],
): ProofsVerdict {
  return judgeByOwnRule(ownCombinations(asked.rules, asked, facts), asked.goal, factors);
}

/** The same, where it is known what their own rule accepts (`ownCombinations`). Pure. */
export function judgeByOwnRule(own: FactorKind[][], goal: Goal, factors: readonly Pick<FactorRow, 'kind'>[]): ProofsVerdict {
  const has = kindsHad(goal, factors);
  const accepted = acceptedOf(own, goal, has);
  const combinations = judgeCombinations(
    accepted,
    has.map((kind) => ({ kind })),
  );
  if (combinations.some(({ missing }) => missing.length === 0)) return { reason: null, combinations };
  return { reason: combinations.length === 0 ? 'nothing-accepted' : 'not-enrolled', combinations };
}

/** That an account is closed is told to who signs in with the right password; the directory says so then. What is hidden stays hidden. */
function asIfOpen<S extends StatusForWrite>(status: S): S {
  return { ...status, disabled: status.disabled === null ? null : false, accountExpired: status.accountExpired === null ? null : false };
}

/** What somebody else can give for the owner, as a proof among the others. What is not known is none. */
async function vouchedBy(deps: Pick<CoreDeps, 'log'>, account: Account, { rules, canBeVouchedFor }: Asked): Promise<FactorRow[]> {
  if (!takesManagers(rules)) return [];
  return (await isVouchedFor(deps, account, canBeVouchedFor)) ? [managerProof(account)] : [];
}

/** Whether any rule accepts that a manager vouches: who could is asked for it alone. */
export function takesManagers(rules: readonly ProofRule[]): boolean {
  return rules.some((rule) => combinationsOf(rule).some((kinds) => kinds.includes('manager')));
}

/** Whether somebody could vouch for the owner of an account. What is not known is no. */
export function isVouchedFor(deps: Pick<CoreDeps, 'log'>, account: Account, can: Asked['canBeVouchedFor']): Promise<boolean> {
  return can(account).catch((error: unknown) => {
    unreadable(deps, account, error);
    return false;
  });
}

export type Because = Pick<AccountVerdict, 'reason' | 'detail'>;

/**
 * Why the account may not be recovered by its owner, whatever is proven; `directory-trouble` where that could not be read.
 * @param asked frozen: whether recovery is, which is read under way
 */
export function readBarred(
  deps: Pick<CoreDeps, 'log'>,
  directory: Directory,
  account: Account,
  asked: { goal: Goal; frozen: Promise<boolean> },
): Promise<Because> {
  return barredBecause(directory, account, asked).catch((error: unknown) => unreadable(deps, account, error));
}

async function barredBecause(directory: Directory, account: Account, asked: { goal: Goal; frozen: Promise<boolean> }): Promise<Because> {
  const [standing, frozen] = await Promise.all([directory.readStanding(account), asked.frozen]);
  return barredBy(directory, standing, asked.goal, frozen);
}

/**
 * Why an account that is so may not be used for a goal by its owner, whatever is proven.
 * @throws AppError `directory.no-right` when the directory hides what it should tell, or is known to refuse the reset
 */
export function barredBy(directory: Directory, { status, protection }: AccountStanding, goal: Goal, frozen: boolean): Because {
  const reason = reasonToBar(directory, provesAsSignIn(goal) ? asIfOpen(status) : status, protection, frozen);
  if (reason === null && !provesAsSignIn(goal)) refuseImpossibleReset(directory, status, goal);
  return { reason, detail: reason === 'account-protected' ? protection.reason : null };
}

/** An account of which a directory tells too little is one that nobody can recover, and no failure. @throws whatever is no `directory.*` */
export function unreadable(deps: Pick<CoreDeps, 'log'>, account: Account, error: unknown): Because {
  if (!isAppError(error) || !error.code.startsWith('directory.')) throw error;
  deps.log.error('account.unreadable', { directory: account.directory, account: account.id, error });
  const { problem } = error.details;
  return { reason: 'directory-trouble', detail: typeof problem === 'string' ? `${error.code}: ${problem}` : error.code };
}
