import { AppError } from '../../../shared/errors.ts';
import { delegateActor } from '../access/helped.ts';
import { recordEvent } from '../audit/record-event.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import type { ActDeps } from '../journey/act.ts';
import { requireFullRights } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';
import { aboutCase, endCase, type HelpCase, helpCaseOf } from './help-case.ts';

/** The cases of an agent that are not over, newest first. @throws AppError `session.for-enrolment-only` */
export async function listCases({ store, act }: ActDeps, session: Session): Promise<HelpCase[]> {
  requireFullRights(session);
  return (await store.cases.ofAgent(session.account, act.at)).map(helpCaseOf);
}

/**
 * One case of an agent, over or not; those of others are not told from those that never were.
 * @throws AppError `case.unknown`, `session.for-enrolment-only`
 */
export async function findCase({ store }: ActDeps, session: Session, id: string): Promise<HelpCase> {
  requireFullRights(session);
  const row = await store.cases.find(id);
  const found = row === null ? null : helpCaseOf(row);
  const isOwn = found !== null && found.agent.directory === session.account.directory && found.agent.id === session.account.id;
  if (!isOwn) throw new AppError('case.unknown');
  return found;
}

/**
 * Ends a case in which nothing is done, or nothing more. Doing so twice is the same as once.
 * @throws AppError `case.unknown`, `case.passed`, `session.*`
 */
export async function closeCase(deps: ActDeps, session: Session, id: string): Promise<void> {
  const found = await findCase(deps, session, id);
  if (found.row.closedAt !== null) return;
  await deps.store.transaction(async (store) => {
    await requireOpen(deps, store, session);
    const about = { ...aboutCase(found), actor: delegateActor(deps, session) };
    await recordEvent(store, deps.clock, { type: 'case.closed', ...about, because: 'by-agent' });
    if ((await endCase(store, found, 'by-agent', deps.act.at)) === null) throw new AppError('case.passed');
  });
}
