import { AppError } from '../../../shared/errors.ts';
import { isAct, OTHER_WAYS } from '../../../shared/permissions.ts';
import { requireFresh } from '../access/help.ts';
import { delegateActor, judgeHelped, requireMay } from '../access/helped.ts';
import { readOwnRoles } from '../access/own-roles.ts';
import { isDirectoryTrouble } from '../accounts/is-directory-trouble.ts';
import { recordEvent } from '../audit/record-event.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import type { ActDeps } from '../journey/act.ts';
import type { CaseRow } from '../ports/case-store.ts';
import { requireFullRights } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';
import { threatNow } from '../threat/raised-since.ts';
import { aboutCase, endCase, type HelpCase, helpCaseOf, moveCase } from './help-case.ts';
import { noteOnce } from './note-refusal.ts';
import { otherOwners } from './removable.ts';
import { isAnother } from './second-agent.ts';
import { freshReceipt } from './warrant.ts';

/** No case waits for longer: neither its receipt nor its caller has so much time; milliseconds. */
const LONGEST = 3 * 3_600_000;
/** So many are shown, the newest first. */
const MOST = 50;
/** So many are looked at for it, the cases of others included: each is some questions to a directory. */
const MOST_LOOKED_AT = 500;

/** What waits for a second agent. `incomplete`: a directory could not be asked about all of it, or there is more than is looked at. */
export interface Approvals {
  readonly waiting: readonly HelpCase[];
  readonly incomplete: boolean;
}

/**
 * The cases that wait for a second agent and that this one may decide: others are not told of.
 * @throws AppError `session.for-enrolment-only`, `session.ended`
 */
export async function listApprovals(deps: ActDeps, session: Session): Promise<Approvals> {
  requireFullRights(session);
  // Who helps nobody costs the directories nothing more.
  const { may, asManager } = await readOwnRoles(deps, session);
  if (asManager.length === 0 && !may.some(isAct)) return { waiting: [], incomplete: false };
  const waiting: HelpCase[] = [];
  let incomplete = false;
  let last: CaseRow | undefined;
  for (let looked = 0; ; looked += MOST) {
    const rows: CaseRow[] = await deps.store.cases.waiting(deps.act.at - LONGEST, MOST, last);
    for (const helpCase of rows.map(helpCaseOf).filter((each) => isWaiting(deps, each))) {
      const may = await mayDecideOrUnknown(deps, session, helpCase);
      if (may === true) waiting.push(helpCase);
      if (may === null) incomplete = true;
    }
    last = rows.at(-1);
    if (rows.length < MOST) return { waiting, incomplete };
    // Cases of another scope are no reason to miss those of one's own.
    if (waiting.length >= MOST || looked + MOST >= MOST_LOOKED_AT) return { waiting: waiting.slice(0, MOST), incomplete: true };
  }
}

/** null: a directory could not be asked. */
async function mayDecideOrUnknown(deps: ActDeps, session: Session, helpCase: HelpCase): Promise<boolean | null> {
  try {
    return await mayDecide(deps, session, helpCase);
  } catch (error) {
    if (!isDirectoryTrouble(error)) throw error;
    deps.log.warn('access.roles-not-known', { directory: helpCase.account.directory, accounts: 1, error });
    return null;
  }
}

async function mayDecide(deps: ActDeps, session: Session, helpCase: HelpCase): Promise<boolean> {
  if (!(await isAnother(deps.store, session.account, helpCase))) return false;
  for (const ref of [helpCase.account, ...(await otherOwners(deps, helpCase))]) {
    const directory = deps.directories.all().find(({ id }) => id === ref.directory);
    const account = (await directory?.readAccount(ref)) ?? null;
    // Stryker disable next-line ConditionalExpression: without a directory nobody was read; the compiler wants it said
    if (directory === undefined || account === null) return false;
    if (!(await judgeHelped(deps, session, { directory, account })).may.includes(helpCase.action)) return false;
  }
  return true;
}

export interface Decision {
  readonly approve: boolean;
  /** Needed to refuse. */
  readonly reason: string | null;
}

/**
 * Approves what another agent is about to do, who does it then, once; or refuses, which ends their case. Takes the permission and the
 * proofs that doing it oneself would take. Nobody approves what they asked for or vouched for, by whichever of their accounts.
 * @throws AppError `case.unknown`, `case.passed`, `case.approval-own`, `case.reason-missing`, `session.step-up-needed`, and as `requireMay`
 */
export async function decideApproval(deps: ActDeps, session: Session, id: string, { approve, reason }: Decision): Promise<void> {
  requireFresh(deps, session);
  const row = await deps.store.cases.find(id);
  if (row === null) throw new AppError('case.unknown');
  const helpCase = helpCaseOf(row);
  const about = { ...aboutCase(helpCase), actor: delegateActor(deps, session) };
  if (!(await isAnother(deps.store, session.account, helpCase))) {
    // Stryker disable next-line StringLiteral: whatever no other refusal is noted by is as good
    await noteOnce(deps, session, id, 'case.approval-own', (store) =>
      recordEvent(store, deps.clock, { type: 'case.approval-own', ...about, session: session.id }),
    );
    throw new AppError('case.approval-own');
  }
  for (const each of [helpCase.account, ...(await otherOwners(deps, helpCase))]) await requireMay(deps, session, helpCase.action, each);
  const { approval } = helpCase.facts;
  // Stryker disable next-line ConditionalExpression: without one it does not wait; the compiler wants it said
  if (approval === undefined || !isWaiting(deps, helpCase)) throw new AppError('case.passed');
  if (!approve && reason === null) throw new AppError('case.reason-missing');
  const self = await deps.directories.get(session.account.directory).readAccount(session.account);
  if (self === null) throw new AppError('session.ended');
  const by = { account: session.account, login: self.login, name: self.displayName };
  const { basis } = approval;
  const decided = { basis, at: deps.act.at, by, reason };
  await deps.store.transaction(async (store) => {
    // First, as it locks the end of the log: whoever ends the session, freezes or links is either seen below, or comes after.
    await recordEvent(
      store,
      deps.clock,
      approve
        ? { type: 'case.approved', ...about, basis, ...(reason === null ? {} : { reason }) }
        : // Stryker disable next-line StringLiteral: nobody refuses without one; the compiler wants it said
          { type: 'case.approval-refused', ...about, reason: reason ?? '' },
    );
    await requireOpen(deps, store, session);
    if (await store.freezes.isFrozen(session.account)) throw new AppError('access.refused');
    if (!(await isAnother(store, session.account, helpCase))) throw new AppError('case.approval-own');
    if (approve) {
      const threat = await threatNow(store);
      const approved = await moveCase(store, helpCase, { facts: { approval: { state: 'approved', ...decided, threat } } });
      if (approved === null) throw new AppError('case.passed');
      return;
    }
    await recordEvent(store, deps.clock, { type: 'case.closed', ...about, because: 'not-approved' });
    const refused: HelpCase = { ...helpCase, facts: { ...helpCase.facts, approval: { state: 'refused', ...decided } } };
    if ((await endCase(store, refused, 'not-approved', deps.act.at)) === null) throw new AppError('case.passed');
  });
}

/** Whether there is something left to approve: the act could still rest on what was asked for. */
function isWaiting(deps: ActDeps, helpCase: HelpCase): boolean {
  const { row, facts } = helpCase;
  // Stryker disable next-line OptionalChaining: whatever has none is not asked about; the compiler wants it said
  if (row.closedAt !== null || facts.approval?.state !== 'waiting') return false;
  // In which ways callers are verified is for the roles of who acts to say, when they act.
  const hasReceipt = freshReceipt(deps, helpCase, OTHER_WAYS) !== null;
  if (facts.approval.basis === 'receipt') return hasReceipt;
  // With a receipt the act rests on that; without a good one any more it rests on nothing again.
  return !hasReceipt && row.state !== 'acting' && row.expiresAt > deps.act.at;
}
