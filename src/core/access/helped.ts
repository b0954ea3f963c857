import { AppError, isAppError } from '../../../shared/errors.ts';
import { type OtherWay, PERSON_PERMISSIONS, type PersonPermission, type ResetWay, WITHOUT_CASE } from '../../../shared/permissions.ts';
import { accountKey } from '../accounts/candidate.ts';
import { findEverywhere } from '../accounts/find-everywhere.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import { actsWithSecond } from '../helpdesk/acts-with-second.ts';
import type { ActDeps } from '../journey/act.ts';
import { slowDown } from '../journey/start-journey.ts';
import type { Account, AccountRef, Directory } from '../ports/directory.ts';
import { sessionActor } from '../sessions/end-sessions.ts';
import { requireFullRights } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';
import { requireEnoughStill } from '../sessions/still-enough.ts';
import { type AccessBasis, type AccessDecision, can, type TargetFacts } from './can.ts';
import { countSearch } from './count-search.ts';
import { readSessionActor } from './held-roles.ts';
import { readTarget } from './read-access-facts.ts';

/** Somebody who may be helped, and with what. */
export interface Helped {
  readonly directory: Directory;
  readonly account: Account;
  readonly may: readonly PersonPermission[];
  /** Of these only in a case: whoever asks is not the direct manager, or a second agent has to approve it. */
  readonly inCase: readonly PersonPermission[];
}

/** Somebody for whom one thing may be done, and by what. */
export interface HelpedWith extends Judged {
  readonly basis: AccessBasis;
  readonly resetBy: readonly ResetWay[];
  readonly otherWays: readonly OtherWay[];
  /** A second agent has to approve it. */
  readonly takesSecond: boolean;
}

/** What a directory has to be able to do. A password that somebody else knows must be one that its owner has to change. */
const NEEDED: Readonly<Record<PersonPermission, Directory['abilities']['verbs']>> = {
  'reset-password': ['reset-password', 'require-change'],
  'unlock-account': ['unlock-account'],
  'issue-pass': [],
  'remove-proofs': [],
  'end-sessions': [],
  'release-recovery': [],
};

/**
 * The one account that a name finds and that may be helped with something. Whether there is nobody, or nobody whom this person may
 * help, is not told apart.
 * @throws AppError `access.refused`, `people.searched-too-often`, `session.for-enrolment-only`, `guard.slow-down`, `directory.*`
 */
export async function findHelped(deps: ActDeps, session: Session, typed: string): Promise<Helped> {
  requireFullRights(session);
  // Stryker disable next-line StringLiteral: whatever is the id of no directory means the same
  await countSearch(deps, { agent: accountKey(session.account), session, actor: delegateActor(deps, session), where: '' });
  const { found } = await findEverywhere(deps, typed);
  const judged = await Promise.all(found.map((each) => judgeHelped(deps, session, each)));
  const helped = judged.filter(({ may }) => may.length > 0);
  const [only] = helped;
  if (only === undefined || helped.length > 1) throw await refusal(deps, session, judged);
  return only;
}

/**
 * The account, where this may be done for it: judged by what the directory says now, for every single act.
 * @throws AppError `access.refused`, `session.for-enrolment-only`, `guard.slow-down`, `directory.*`
 */
export async function requireMay(deps: ActDeps, session: Session, action: PersonPermission, ref: AccountRef): Promise<HelpedWith> {
  requireFullRights(session);
  const directory = deps.directories.all().find(({ id }) => id === ref.directory);
  const account = (await directory?.readAccount(ref)) ?? null;
  // Stryker disable next-line ConditionalExpression: without a directory nobody was read; the compiler wants it said
  if (directory === undefined || account === null) throw await refusal(deps, session, [], action);
  const judged = await judgeHelped(deps, session, { directory, account });
  const decision = judged.decisions.find((each) => each.action === action)?.decision;
  if (decision?.allowed !== true) throw await refusal(deps, session, [judged], action);
  const { basis, otherWays, resetBy } = decision;
  return { ...judged, basis, otherWays, resetBy, takesSecond: judged.withSecond.includes(action) };
}

/** Who acts for somebody else, for the audit log. */
export function delegateActor({ act }: ActDeps, session: Session): Actor {
  return { ...sessionActor(act, session), kind: 'delegate', account: accountKey(session.account), login: session.login };
}

/** What may be done for somebody, and why not what may not. */
export interface Judged extends Helped {
  /** What a second agent has to approve, whoever asks. */
  readonly withSecond: readonly PersonPermission[];
  readonly target: TargetFacts;
  readonly decisions: readonly { readonly action: PersonPermission; readonly decision: AccessDecision }[];
}

/** Judges everything that could be done for an account by who is signed in. @throws AppError `directory.*`, `session.ended` */
export async function judgeHelped(deps: ActDeps, session: Session, found: { directory: Directory; account: Account }): Promise<Judged> {
  const { roles } = deps.configuration();
  const [actor, target, withSecond] = await Promise.all([
    readSessionActor(deps, session),
    readTarget(deps, found.directory, roles, found.account),
    actsWithSecond(deps, found),
  ]);
  if (actor === null) return { ...found, target, withSecond, may: [], inCase: [], decisions: [] };
  const { verbs } = found.directory.abilities;
  const decisions = PERSON_PERMISSIONS.filter((action) => NEEDED[action].every((verb) => verbs.includes(verb))).map((action) => ({
    action,
    decision: can(roles, actor, action, target),
  }));
  const allowed = decisions.filter(({ decision }) => decision.allowed).map(({ action }) => action);
  // Who is the manager holds no role until then.
  // Stryker disable next-line ConditionalExpression,LogicalOperator: who is allowed otherwise holds one, and `readSessionActor` has asked this
  if (decisions.some(({ decision }) => decision.allowed && decision.basis === 'manager')) await requireEnoughStill(deps, session);
  const isDirect = (action: PersonPermission) => WITHOUT_CASE.some((each) => each === action);
  const inCase = decisions
    .filter(
      ({ action, decision }) => decision.allowed && (decision.basis !== 'manager' || !isDirect(action) || withSecond.includes(action)),
    )
    .map(({ action }) => action);
  return { ...found, target, withSecond, decisions, may: allowed, inCase };
}

/** Written down with the reasons, which who asks is not told, and counted: names are not to be tried out here. */
async function refusal(deps: ActDeps, session: Session, judged: readonly Judged[], action?: PersonPermission): Promise<AppError> {
  const reasons = judged.flatMap(({ account, decisions }) =>
    decisions
      .filter((each) => action === undefined || each.action === action)
      .map(({ action: wanted, decision }) => ({
        account: { directory: account.directory, id: account.id },
        action: wanted,
        reason: decision.allowed ? ('ambiguous' as const) : decision.because,
      })),
  );
  await deps.store.transaction((store) =>
    recordEvent(store, deps.clock, { type: 'access.refused', actor: delegateActor(deps, session), session: session.id, reasons }),
  );
  const decision = await deps.guard.countStray(deps.act.address);
  return decision.allowed ? new AppError('access.refused') : slowDown(deps.act, decision.retryAt);
}

/** The same refusal where the account is found to be barred, or gone, just before it is written to. */
export async function refuseAfterAll<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isAppError(error, 'directory.account-missing')) throw new AppError('access.refused');
    throw error;
  }
}
