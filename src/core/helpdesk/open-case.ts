import { AppError } from '../../../shared/errors.ts';
import type { PersonPermission } from '../../../shared/permissions.ts';
import type { RemovableKind } from '../../../shared/removable-kinds.ts';
import { delegateActor, requireMay } from '../access/helped.ts';
import { readLogEnd } from '../audit/log-end.ts';
import { recordEvent } from '../audit/record-event.ts';
import { wholePattern } from '../configuration/whole-pattern.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import type { ActDeps } from '../journey/act.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomCode, randomId } from '../random-id.ts';
import type { Session } from '../sessions/session.ts';
import { aboutCase, type CaseFacts, endCase, type HelpCase, helpCaseOf } from './help-case.ts';
import { requireRemovable } from './removable.ts';

/** Of different lengths, so that nobody mixes them up on the telephone. */
const SPOKEN_DIGITS = 4;
const SHOWN_DIGITS = 3;

export interface AskedCase {
  readonly account: AccountRef;
  readonly action: PersonPermission;
  readonly reason: string | null;
  readonly ticket: string | null;
  /** For `remove-proofs`, and for nothing else. */
  readonly kinds: readonly RemovableKind[] | undefined;
  /** Also where another agent has a case about the account that is not over. */
  readonly replace: boolean;
}

/**
 * Opens a case about somebody whom this agent may help so. An account has one at a time: whoever calls sees one agent and one purpose. An
 * older one of the same agent makes way; one of another agent only when that is asked for, with a reason, and that agent is told. Either way
 * there are new numbers.
 * @throws AppError `access.refused`, `case.kinds-missing`, `case.nothing-to-remove`, `case.reason-missing`, `case.ticket-missing`, `case.ticket-unlike`, `case.open-elsewhere`, `session.ended`
 */
export async function openCase(deps: ActDeps, session: Session, asked: AskedCase): Promise<HelpCase> {
  const { account: person, basis, otherWays } = await requireMay(deps, session, asked.action, asked.account);
  requireReasons(deps, asked);
  const kinds = await requireKinds(deps, session, asked);
  const agent = await deps.directories.get(session.account.directory).readAccount(session.account);
  if (agent === null) throw new AppError('session.ended');
  const facts: CaseFacts = {
    agent: { login: agent.login, name: agent.displayName },
    person: { login: person.login, name: person.displayName },
    logEnd: await readLogEnd(deps.store),
    reason: asked.reason,
    ticket: asked.ticket,
    ...(kinds === null ? {} : { kinds }),
    numbers: { spoken: randomCode(deps.random, SPOKEN_DIGITS), shown: randomCode(deps.random, SHOWN_DIGITS) },
    receipt: null,
    mayUnverified: basis === 'unverified',
    otherWays,
  };
  const now = deps.act.at;
  const opened = helpCaseOf({
    id: randomId(deps.random),
    version: 1,
    state: 'open',
    directory: person.directory,
    accountId: person.id,
    agentDirectory: session.account.directory,
    agentId: session.account.id,
    action: asked.action,
    tries: 0,
    facts: JSON.stringify(facts),
    createdAt: now,
    expiresAt: now + deps.configuration().helpdesk.caseMinutes * 60_000,
    closedAt: null,
    approvalAskedAt: null,
  });
  await deps.store.transaction(async (store) => {
    await requireOpen(deps, store, session);
    await makeRoom(deps, store, session, opened, asked.replace);
    const told = { ...(asked.reason === null ? {} : { reason: asked.reason }), ...(asked.ticket === null ? {} : { ticket: asked.ticket }) };
    await recordEvent(store, deps.clock, { type: 'case.opened', ...aboutCase(opened), actor: delegateActor(deps, session), ...told });
    if (!(await store.cases.insert(opened.row))) throw new AppError('case.open-elsewhere');
  });
  deps.wakeOutbox('notice');
  return opened;
}

/**
 * What is to be removed is said when a case is opened: the caller is asked about exactly that. null: a case for something else.
 * @throws AppError `case.kinds-missing`, and as `requireRemovable`
 */
async function requireKinds(deps: ActDeps, session: Session, { account, action, kinds }: AskedCase): Promise<RemovableKind[] | null> {
  if ((action === 'remove-proofs') !== (kinds !== undefined)) throw new AppError('case.kinds-missing');
  if (kinds === undefined) return null;
  const asked = [...new Set(kinds)].toSorted();
  await requireRemovable(deps, session, account, asked);
  return asked;
}

/** The log before the cases, here and wherever a case moves on: one order of locks, so that two nodes never wait for each other. */
async function makeRoom(deps: ActDeps, store: Store, session: Session, opened: HelpCase, replace: boolean): Promise<void> {
  await store.cases.closeUnreadable(opened.account, deps.act.at);
  const row = await store.cases.openOf(opened.account);
  if (row === null) return;
  const before = helpCaseOf(row);
  const isOver = row.expiresAt <= deps.act.at;
  const isOwn = before.agent.directory === session.account.directory && before.agent.id === session.account.id;
  if (!isOver && !isOwn && !replace) throw new AppError('case.open-elsewhere');
  const takesOver = !isOver && !isOwn;
  const { reason } = opened.facts;
  if (takesOver && reason === null) throw new AppError('case.reason-missing');
  const because = isOver ? 'expired' : 'replaced';
  const about = { ...aboutCase(before), actor: delegateActor(deps, session), ...(takesOver && reason !== null ? { reason } : {}) };
  await recordEvent(store, deps.clock, { type: 'case.closed', ...about, because });
  if ((await endCase(store, before, because, deps.act.at)) === null) throw new AppError('case.open-elsewhere');
  if (!takesOver) return;
  const told = { account: before.agent, language: session.language, helper: session.login, other: before.facts.person.login };
  await queueNotice(deps, store, { kind: 'case-taken-over', ...told });
}

/** What the policy of the installation wants to be told. */
function requireReasons({ configuration }: ActDeps, { reason, ticket }: AskedCase): void {
  const { reasonNeeded, ticketNeeded, ticketPattern } = configuration().helpdesk;
  if (reasonNeeded && reason === null) throw new AppError('case.reason-missing');
  if (ticketNeeded && ticket === null) throw new AppError('case.ticket-missing');
  if (ticket !== null && ticketPattern !== undefined && !wholePattern(ticketPattern).fits(ticket)) throw new AppError('case.ticket-unlike');
}
