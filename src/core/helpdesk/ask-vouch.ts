import { AppError } from '../../../shared/errors.ts';
import { delegateActor } from '../access/helped.ts';
import { accountKey, accountLabel } from '../accounts/candidate.ts';
import { readLogEnd } from '../audit/log-end.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { ActDeps } from '../journey/act.ts';
import { tellOfAttack } from '../journey/tell-of-attack.ts';
import { isSamePerson } from '../people/is-same-person.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomId, twoDigits } from '../random-id.ts';
import type { Session } from '../sessions/session.ts';
import { type Approvers, findApprovers } from '../vouching/approvers.ts';
import { tellApprovers } from '../vouching/tell-approvers.ts';
import type { VouchFacts } from '../vouching/vouch-facts.ts';
import { askedAtHelpdesk, requireCaller, requireStill } from './caller.ts';
import { type AskedVouch, aboutCase, type HelpCase, moveCase } from './help-case.ts';
import { notingRefusal } from './note-refusal.ts';
import { findCase } from './own-cases.ts';

/** Times that one case may ask. */
const MOST_REQUESTS = 2;

/**
 * Asks who can vouch for the caller. The agent tells the caller two digits, and the caller reads them to whoever vouches, whom they have to
 * reach for it: the agent never talks to them. A request before it is withdrawn.
 * @throws AppError `case.unknown`, `case.passed`, `case.way-refused`, `case.nobody-vouches`, `case.too-often`, `directory.*`, and as `requireMay`
 */
export function askVouch(deps: ActDeps, session: Session, id: string): Promise<HelpCase> {
  return notingRefusal(deps, session, id, () => ask(deps, session, id));
}

async function ask(deps: ActDeps, session: Session, id: string): Promise<HelpCase> {
  const helpCase = await findCase(deps, session, id);
  const { account, directory } = await requireCaller(deps, session, helpCase, 'manager');
  const before = helpCase.facts.vouch;
  if ((before?.times ?? 0) >= MOST_REQUESTS) throw new AppError('case.too-often');
  const approvers = await othersThan(deps, session.account, await findApprovers(deps, helpCase.account));
  const now = deps.act.at;
  const endsAt = Math.min(helpCase.row.expiresAt, now + deps.configuration().factors.manager.requestMinutes * 60_000);
  const asked: AskedVouch = { request: randomId(deps.random), digits: twoDigits(deps.random), endsAt, times: (before?.times ?? 0) + 1 };
  const person = { displayName: account.displayName, label: accountLabel(account, directory.label) };
  const logEnd = await readLogEnd(deps.store);
  const moved = await deps.store.transaction(async (store) => {
    const told = await spend(deps, store, session, helpCase, approvers);
    if (told === null) return null;
    await requireStill(deps, store, session, helpCase);
    const { case: of, agent } = aboutCase(helpCase);
    const about = { account: helpCase.account, case: of, agent, actor: delegateActor(deps, session) };
    if (before !== undefined && (await store.vouches.close(before.request, 'withdrawn', now)))
      await recordEvent(store, deps.clock, { type: 'vouch.withdrawn', request: before.request, ...about });
    const { facts, action } = helpCase;
    const kept: VouchFacts = {
      ...{ digits: asked.digits, login: facts.person.login, displayName: person.displayName, logEnd },
      ...{ case: helpCase.row.id, agent: facts.agent.name, action },
      ...(facts.kinds === undefined ? {} : { kinds: facts.kinds }),
    };
    const manager = approvers.manager === null ? null : { directory: approvers.manager.directory, id: approvers.manager.id };
    await store.vouches.insert({
      ...{ id: asked.request, journeyId: null, directory: helpCase.account.directory, accountId: helpCase.account.id, manager },
      ...{ facts: JSON.stringify(kept), createdAt: now, endsAt, tries: 0, outcome: null, closedAt: null },
    });
    await tellApprovers(deps, store, {
      ...person,
      manager: told.manager ? manager : null,
      deputies: told.deputies ? approvers.deputies : null,
      helper: facts.agent.name,
      endsAt,
    });
    const events = { mailed: told.manager, deputies: approvers.deputies !== null };
    await recordEvent(store, deps.clock, { type: 'vouch.asked', request: asked.request, manager, ...events, ...about });
    const after = await moveCase(store, helpCase, { facts: { vouch: asked } });
    if (after === null) throw new AppError('case.passed');
    return after;
  });
  deps.wakeOutbox('notice');
  if (moved === null) throw new AppError('case.too-often');
  return moved;
}

/** Nobody vouches for whom they help themselves, by whichever account. @throws AppError `case.nobody-vouches` */
async function othersThan({ store }: ActDeps, agent: AccountRef, { manager, deputies }: Approvers): Promise<Approvers> {
  const other = manager === null || (await isSamePerson(store, agent, manager)) ? null : manager;
  if (other === null && deputies === null) throw new AppError('case.nobody-vouches');
  return { manager: other, deputies };
}

/**
 * Counts it against the person, as every message that the helpdesk has sent for them; who is asked too often is not told by mail.
 * @returns null: too much was asked for
 */
async function spend(
  deps: ActDeps,
  store: Store,
  session: Session,
  { account }: HelpCase,
  { manager, deputies }: Approvers,
): Promise<{ manager: boolean; deputies: boolean } | null> {
  const targets = askedAtHelpdesk(account, []);
  const { granted, attacked } = await deps.guard.spend(store, 'messages', targets, false);
  const mails = granted && manager !== null && (await deps.guard.mayMailManager(store, accountKey(manager)));
  const mailsDeputies = granted && deputies !== null && (await deps.guard.mayMailManager(store, `deputies/${deputies.directory}`));
  if (attacked) await tellOfAttack(deps, store, { asked: targets, what: 'messages', language: session.language });
  return granted ? { manager: mails, deputies: mailsDeputies } : null;
}
