import { AppError } from '../../../shared/errors.ts';
import { can } from '../access/can.ts';
import { delegateActor, type HelpedWith } from '../access/helped.ts';
import { readActor, readTarget } from '../access/read-access-facts.ts';
import { recordEvent } from '../audit/record-event.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import type { ActDeps } from '../journey/act.ts';
import { isSamePerson } from '../people/is-same-person.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';
import { isRaisedSince } from '../threat/raised-since.ts';
import { hasVouched } from './has-vouched.ts';
import { type Approval, type Approved, aboutCase, type HelpCase, moveCase } from './help-case.ts';
import { readEntry } from './judge-agent.ts';
import { otherOwners } from './removable.ts';

/**
 * What a second agent said to an act that takes one. Where nobody was asked yet, or who approved may not any more, or a threat was raised
 * since, somebody is asked: the case waits from then on.
 * @throws AppError `case.approval-needed`, `case.passed`, `session.ended`, `directory.*` where it cannot be told whether who approved still may
 */
export async function approvalFor(
  deps: ActDeps,
  session: Session,
  helped: HelpedWith,
  { basis, helpCase }: { basis: Approval['basis']; helpCase: HelpCase },
): Promise<Approved> {
  const { approval } = helpCase.facts;
  const isForThis = approval?.basis === basis;
  const isGiven = isForThis && approval.state === 'approved' && !(await isRaisedSince(deps.store, approval.threat));
  if (isGiven && (await approverStillMay(deps, approval.by.account, helped, helpCase))) return approval;
  if (isForThis && approval.state === 'waiting') throw new AppError('case.approval-needed');
  const instead = approval?.state === 'approved' ? { instead: approval.by.account } : {};
  await deps.store.transaction(async (store) => {
    await requireOpen(deps, store, session);
    const about = { ...aboutCase(helpCase), actor: delegateActor(deps, session) };
    await recordEvent(store, deps.clock, { type: 'case.approval-asked', ...about, basis, ...instead });
    const asked = await moveCase(store, helpCase, { facts: { approval: { state: 'waiting', basis, at: deps.act.at } } });
    if (asked === null) throw new AppError('case.passed');
  });
  throw new AppError('case.approval-needed');
}

/**
 * Whether who approved could still do it themselves, as their directory says now, and is neither the one who acts nor has vouched.
 * @throws AppError `directory.*`: it is not known
 */
export async function approverStillMay(
  deps: ActDeps,
  by: AccountRef,
  { target }: Pick<HelpedWith, 'target'>,
  helpCase: HelpCase,
): Promise<boolean> {
  const found = await readEntry(deps, by);
  if (found === null) return false;
  const { roles } = deps.configuration();
  const actor = await readActor(deps, found.directory, roles, found.account);
  if (!can(roles, actor, helpCase.action, target).allowed || !(await isAnother(deps.store, by, helpCase))) return false;
  for (const owner of await otherOwners(deps, helpCase)) {
    const other = await readEntry(deps, owner);
    if (other === null) return false;
    const also = await readTarget(deps, other.directory, roles, other.account);
    if (!can(roles, actor, helpCase.action, also).allowed) return false;
  }
  return true;
}

/**
 * That who approved is still somebody else, and not frozen, and no threat was raised since, when the act begins: in its transaction.
 * @throws AppError `case.approval-needed`
 */
export async function requireApproverStands(store: Store, approved: { approval: Approved | null; helpCase: HelpCase }): Promise<void> {
  if (!(await approverStands(store, approved))) throw new AppError('case.approval-needed');
}

/** The same where the refusal is not an agent's to read. */
export async function approverStands(
  store: Store,
  { approval, helpCase }: { approval: Approved | null; helpCase: HelpCase },
): Promise<boolean> {
  if (approval === null) return true;
  // Whoever approved may have been the one that it was raised for.
  if (await isRaisedSince(store, approval.threat)) return false;
  const { account } = approval.by;
  return !(await store.freezes.isFrozen(account)) && isAnother(store, account, helpCase);
}

/** Somebody else than who acts and who has vouched for the caller. */
export async function isAnother(store: Store, who: AccountRef, { agent, facts }: HelpCase): Promise<boolean> {
  return !(await isSamePerson(store, who, agent)) && !(await hasVouched(store, who, facts.shown));
}
