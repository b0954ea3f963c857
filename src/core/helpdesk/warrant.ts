import { AppError } from '../../../shared/errors.ts';
import { delegateActor, type HelpedWith } from '../access/helped.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { ActDeps } from '../journey/act.ts';
import { isProvenStill, readStill } from '../journey/proven-still.ts';
import type { Store } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';
import { isRaisedSince } from '../threat/raised-since.ts';
import type { WriteBacking, WriteIntent, WriteResult } from '../writes/directory-write.ts';
import { hasVouched } from './has-vouched.ts';
import { type Approved, aboutCase, endCase, type HelpCase, moveCase } from './help-case.ts';
import { raiseAlarm } from './raise-alarm.ts';
import { isFitting, type SignedReceipt } from './receipt.ts';
import { approvalFor, requireApproverStands } from './second-agent.ts';

/** In which case somebody is helped, and whether the agent means to act for a caller who was not verified. */
export interface InCase {
  readonly helpCase: HelpCase;
  readonly unverified: boolean;
}

/** What an act for somebody else rests on, besides the role that allows it. There is no fourth. */
export type Warrant = { readonly kind: 'manager' } | CaseWarrant;
type CaseWarrant = CaseBasis & {
  /** Of a second agent; null: none is needed. */
  readonly approval: Approved | null;
};
/** The same before a second agent is asked. */
export type Basis = { readonly kind: 'manager' } | CaseBasis;
/** What of a case an act rests on. */
type CaseBasis = { readonly helpCase: HelpCase } & (ReceiptBasis | { readonly kind: 'unverified' });
interface ReceiptBasis {
  readonly kind: 'receipt';
  readonly receipt: SignedReceipt;
  /** Of what the caller has shown, what the directories have still (`readStill`). */
  readonly read: ReadonlySet<string>;
}

/**
 * What there is to rest an act on, apart from a second agent. Direct managers help their reports without a case, where it takes no second
 * agent; everybody else needs a receipt, or a role that does without and a reason. What else the act takes is to be looked at next, and
 * `warrantFor` asked after that.
 * @throws AppError `case.receipt-needed`, `case.reason-missing`, `case.passed` for a case that is over, `directory.*`
 */
export async function basisFor(deps: ActDeps, helped: HelpedWith, inCase: InCase): Promise<CaseBasis>;
export async function basisFor(deps: ActDeps, helped: HelpedWith, inCase: InCase | undefined): Promise<Basis>;
export async function basisFor(deps: ActDeps, { basis, otherWays, takesSecond }: HelpedWith, inCase: InCase | undefined): Promise<Basis> {
  if (inCase === undefined) {
    if (basis !== 'manager' || takesSecond) throw new AppError('case.receipt-needed');
    return { kind: 'manager' };
  }
  const { helpCase, unverified } = inCase;
  const { row, facts } = helpCase;
  if (row.state === 'closed' || row.state === 'acting') throw new AppError('case.passed');
  const receipt = freshReceipt(deps, helpCase, otherWays);
  if (receipt !== null) return { kind: 'receipt', helpCase, receipt, read: await readStill(deps, { shown: facts.shown ?? {} }) };
  if (!unverified || basis !== 'unverified') throw new AppError('case.receipt-needed');
  if (row.expiresAt <= deps.act.at) throw new AppError('case.passed');
  if (facts.reason === null) throw new AppError('case.reason-missing');
  return { kind: 'unverified', helpCase };
}

/**
 * The same with what a second agent said. Where it takes one, one is asked, and it is to be tried again: by then everything else that the
 * act takes was looked at, so that nobody is asked for what cannot be done.
 * @throws AppError `case.approval-needed`, `case.passed`, `case.receipt-needed` where the receipt counts no more, `directory.*`
 */
export async function warrantFor(deps: ActDeps, session: Session, helped: HelpedWith, basis: CaseBasis): Promise<CaseWarrant>;
export async function warrantFor(deps: ActDeps, session: Session, helped: HelpedWith, basis: Basis): Promise<Warrant>;
export async function warrantFor(deps: ActDeps, session: Session, helped: HelpedWith, basis: Basis): Promise<Warrant> {
  if (basis.kind === 'manager') return basis;
  if (!helped.takesSecond) return { ...basis, approval: null };
  const { kind, helpCase } = basis;
  // As it is looked at once more in the transaction of the act.
  await requireReceiptStands(deps, deps.store, { ...basis, approval: null });
  return { ...basis, approval: await approvalFor(deps, session, helped, { basis: kind, helpCase }) };
}

/** The receipt of a case, as long as an act may rest on it by who takes these ways as well; null: there is none. */
export function freshReceipt(
  deps: ActDeps,
  { row, facts, account, agent, action }: HelpCase,
  otherWays: HelpedWith['otherWays'],
): SignedReceipt | null {
  if ((row.state !== 'verified' && row.state !== 'sent') || facts.receipt === null) return null;
  const lifetime = deps.configuration().helpdesk.receiptMinutes * 60_000;
  const wanted = { case: row.id, account, agent, action, kinds: facts.kinds, otherWays };
  return isFitting(deps.store.audit.seals(), facts.receipt, wanted, { lifetime, now: deps.act.at }) ? facts.receipt : null;
}

/**
 * Uses up what an act rests on that writes to no directory, and ends its case, in the transaction of the act: it is done by then.
 * @throws AppError `case.passed`, `case.approval-needed`, `case.receipt-needed` as `requireReceiptStands`
 */
export async function spendWarrant(deps: ActDeps, store: Store, session: Session, warrant: CaseWarrant): Promise<void> {
  const { helpCase } = warrant;
  const about = { ...aboutCase(helpCase), actor: delegateActor(deps, session) };
  await recordEvent(store, deps.clock, { type: 'case.acted', ...about, ...backingOf(warrant) });
  // After the log, whose end it locks: whoever freezes, links, parts or writes is either seen, or comes after.
  await requireApproverStands(store, warrant);
  await requireReceiptStands(deps, store, warrant);
  if (warrant.kind === 'unverified') await noteUnverified(deps, store, session, helpCase);
  await recordEvent(store, deps.clock, { type: 'case.closed', ...about, because: 'acted' });
  if ((await endCase(store, helpCase, 'acted', deps.act.at)) === null) throw new AppError('case.passed');
}

/**
 * A receipt counts no more where the account was written to since its caller was verified.
 * @param except the write that rests on it
 * @throws AppError `case.receipt-needed`, also as `requireProvenStill`
 */
export async function requireReceiptStands(
  deps: ActDeps,
  store: Store,
  warrant: Warrant,
  // Stryker disable next-line ObjectLiteral,StringLiteral: whatever is the id of no write excepts none
  except: { intent: string } = { intent: '' },
): Promise<void> {
  if (warrant.kind !== 'receipt') return;
  await requireProvenStill(deps, store, warrant, except);
  if (await store.intents.wroteSince(warrant.helpCase.account, warrant.receipt.receipt.logEnd, except))
    throw new AppError('case.receipt-needed');
}

/**
 * Accounts that were parted meanwhile are not one person's any more, nor does a proof count that was taken away, or an address that the
 * directory has no more. And what a caller has shown may count for nothing since a threat was raised: it means also whoever was verified by
 * it before. Nor does an agent act on a caller for whom they have vouched themselves.
 * @throws AppError `case.receipt-needed`
 */
async function requireProvenStill(
  { act, configuration }: ActDeps,
  store: Store,
  warrant: Extract<CaseWarrant, { kind: 'receipt' }>,
  except: { intent: string },
): Promise<void> {
  const { account, facts } = warrant.helpCase;
  const { method } = warrant.receipt.receipt;
  const { withoutKinds } = configuration().threat;
  const rests = { proven: method.proofs, shown: facts.shown ?? {} };
  const isProven = await isProvenStill(store, rests, account, { now: act.at, read: warrant.read, except });
  const restsOnLess =
    method.proofs.some((kind) => withoutKinds.some((each) => each === kind)) && (await isRaisedSince(store, facts.threat));
  const isOwnWord = await hasVouched(store, warrant.helpCase.agent, facts.shown);
  if (!isProven || restsOnLess || isOwnWord) throw new AppError('case.receipt-needed');
}

async function noteUnverified(deps: ActDeps, store: Store, session: Session, helpCase: HelpCase): Promise<void> {
  await recordEvent(store, deps.clock, { type: 'case.unverified', ...aboutCase(helpCase), actor: delegateActor(deps, session) });
  await raiseAlarm(deps, store, 'helped-unverified', helpCase);
}

type Backed = { kind: 'manager' } | (Pick<CaseWarrant, 'helpCase' | 'approval'> & (Omit<ReceiptBasis, 'read'> | { kind: 'unverified' }));

/** What the audit log says that a write rests on. */
export function backingOf(warrant: Backed): { backing?: WriteBacking } {
  if (warrant.kind === 'manager') return {};
  const { row, facts } = warrant.helpCase;
  const told = { ...(facts.reason === null ? {} : { reason: facts.reason }), ...(facts.ticket === null ? {} : { ticket: facts.ticket }) };
  const { approval } = warrant;
  const approvedBy = approval === null ? {} : { approvedBy: { account: approval.by.account, login: approval.by.login, at: approval.at } };
  return {
    backing: {
      case: row.id,
      ...told,
      ...approvedBy,
      ...(warrant.kind === 'receipt' ? { receipt: warrant.receipt } : { unverified: true }),
    },
  };
}

/**
 * Uses up what an act rests on, in the transaction that begins it: of two acts by one receipt the second is rolled back.
 * @throws AppError `case.passed`, `case.approval-needed`, `case.receipt-needed` where the account was written to, or parted from one by which its owner
 *   proved who they are, since they did
 */
export async function useWarrant(
  deps: ActDeps,
  store: Store,
  session: Session,
  warrant: Warrant,
  [intent]: readonly WriteIntent[],
): Promise<void> {
  if (warrant.kind === 'manager') return;
  await requireApproverStands(store, warrant);
  const { helpCase } = warrant;
  if (warrant.kind === 'receipt') {
    // Stryker disable next-line StringLiteral: whatever is the id of no write excepts none
    await requireReceiptStands(deps, store, warrant, { intent: intent?.id ?? '' });
  } else {
    await noteUnverified(deps, store, session, helpCase);
  }
  if ((await moveCase(store, helpCase, { state: 'acting' })) === null) throw new AppError('case.passed');
}

/**
 * What becomes of the case, in the transaction that writes the outcome down. Where nothing was changed the receipt is as good as before;
 * where it is not known, the case is over. Somebody who has ended the case meanwhile is not overruled.
 */
export async function settleWarrant(
  deps: ActDeps,
  store: Store,
  session: Session,
  warrant: Warrant,
  [result]: readonly WriteResult[],
): Promise<void> {
  if (warrant.kind === 'manager') return;
  const row = await store.cases.find(warrant.helpCase.row.id);
  if (row?.state !== 'acting') return;
  const now: HelpCase = { ...warrant.helpCase, row };
  const isUnchanged = (result?.status === 'failed' || result?.status === 'refused') && result.leftTemporary === undefined;
  if (isUnchanged) {
    await moveCase(store, now, { state: warrant.kind === 'receipt' ? 'verified' : 'open' });
    return;
  }
  if ((await endCase(store, now, 'acted', deps.act.at)) === null) return;
  await recordEvent(store, deps.clock, { type: 'case.closed', ...aboutCase(now), actor: delegateActor(deps, session), because: 'acted' });
}
