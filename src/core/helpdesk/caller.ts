import { AppError } from '../../../shared/errors.ts';
import type { OtherWay } from '../../../shared/permissions.ts';
import { barredError } from '../access/barred-error.ts';
import { type HelpedWith, refuseAfterAll, requireMay } from '../access/helped.ts';
import { accountKey, type Candidate, candidateOf } from '../accounts/candidate.ts';
import { reasonToBar } from '../accounts/judge-account.ts';
import { unknownRuleFacts } from '../accounts/read-rule-facts.ts';
import { supportContact } from '../configuration/support-contact.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import type { EnrolledCandidate } from '../factors/factor.ts';
import { ownerOf } from '../factors/owner-of.ts';
import type { Asked } from '../guard/guard.ts';
import type { ActDeps } from '../journey/act.ts';
import { tellOfAttack } from '../journey/tell-of-attack.ts';
import { ownerLanguage } from '../notify/owner-language.ts';
import { toldName } from '../notify/told-name.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';
import { MOST_TRIES } from './confirm-call.ts';
import type { HelpCase } from './help-case.ts';

/**
 * Who called, where the agent may have them verified in this way now. What would keep them from proving it themselves keeps anybody from
 * doing it for them.
 * @param way null: on their own device, which no role has to allow
 * @throws AppError `case.passed`, `case.way-refused`, `access.refused`, and as `requireMay`
 */
export async function requireCaller(deps: ActDeps, session: Session, helpCase: HelpCase, way: OtherWay | null): Promise<HelpedWith> {
  requireWaiting(deps, helpCase);
  const helped = await requireMay(deps, session, helpCase.action, helpCase.account);
  if (way !== null && !helped.otherWays.includes(way)) throw new AppError('case.way-refused');
  const { directory, account } = helped;
  const [{ status, protection }, frozen] = await refuseAfterAll(() =>
    Promise.all([directory.readStanding(account), deps.store.freezes.isFrozen(account)]),
  );
  const barred = reasonToBar(directory, status, protection, frozen);
  if (barred !== null) throw barredError(barred);
  return helped;
}

/** @throws AppError `case.passed` for a case in which nobody waits to be verified */
export function requireWaiting({ act }: Pick<ActDeps, 'act'>, { row }: HelpCase): void {
  if (row.state !== 'open' || row.tries >= MOST_TRIES || row.expiresAt <= act.at) throw new AppError('case.passed');
}

/** The same once more in the transaction that writes. @throws AppError `session.ended`, `access.refused` */
export async function requireStill(deps: ActDeps, store: Store, session: Session, { account }: HelpCase): Promise<void> {
  await requireOpen(deps, store, session);
  if (await store.freezes.isFrozen(account)) throw barredError('recovery-frozen');
  if (await store.freezes.isFrozen(session.account)) throw new AppError('access.refused');
}

/** The caller as kinds of proof know people. What rules of proof ask of an account is not asked here. */
export function callerOf({ directory, account }: HelpedWith): Candidate {
  return candidateOf(account, directory.label, { facts: unknownRuleFacts(directory.id), has: [] });
}

/**
 * Against whom it counts what agents ask callers for, and what they type: the account, and those that are linked to it whose proofs these
 * are. The helpdesk is one place, and as one that is known it takes nothing from what is left for anywhere else: whoever calls it in
 * somebody's name keeps nobody from their own recovery.
 */
export function askedAtHelpdesk(account: AccountRef, factors: readonly FactorRow[]): (Asked & { account: AccountRef })[] {
  const all = new Map([account, ...factors.map(ownerOf)].map((ref) => [accountKey(ref), ref]));
  return [...all].map(([target, { directory, id }]) => ({ target, account: { directory, id }, place: 'helpdesk', isKnown: true }));
}

/**
 * Whether the limits leave a message to what somebody has enrolled, and the texts among them: of the account, of those whose proofs these are,
 * and of the installation. What is refused is not counted; the owner hears of it where much is asked for. Counters first: one order of locks.
 * @param texts how many of the messages are text messages
 */
export async function mayMessage(
  deps: ActDeps,
  store: Store,
  session: Session,
  { account, factors, texts }: { account: AccountRef; factors: readonly FactorRow[]; texts: number },
): Promise<boolean> {
  const targets = askedAtHelpdesk(account, factors);
  const { granted, attacked } = await deps.guard.spend(store, 'messages', targets, false);
  const paid = granted && (texts === 0 || (await deps.guard.spendTexts(store, texts, true)));
  if (attacked) await tellOfAttack(deps, store, { asked: targets, what: 'messages', language: session.language });
  return paid;
}

/** To whom a message goes (of which directory, and in which language), and what stands in every one that an agent has sent them. */
export function messageTo(deps: ActDeps, { account, facts }: HelpCase, known: string | null) {
  const language = ownerLanguage(deps, known);
  const { organisation } = deps.configuration();
  const contact = supportContact(deps.configuration(), language);
  const { directory } = account;
  return { directory, language, parameters: { helper: toldName(facts.agent.name), organisation: organisation.name, contact } };
}

/** What a kind is asked about and judged by. */
export function enrolledOf(candidate: Candidate, factors: FactorRow[]): EnrolledCandidate[] {
  return [{ candidate, factors }];
}
