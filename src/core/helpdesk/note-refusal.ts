import { type AppError, isAppError } from '../../../shared/errors.ts';
import { delegateActor } from '../access/helped.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Session } from '../sessions/session.ts';
import { aboutCase, helpCaseOf } from './help-case.ts';

/** What somebody comes upon who tries to act without what it takes: no receipt, a spent one, another agent's case, a way that is not theirs. */
const NOTED = ['case.receipt-needed', 'case.passed', 'case.unknown', 'case.way-refused', 'case.reset-way-refused'] as const;

/**
 * Does what is asked of a case. That it was refused is written down with who asked, also where they are told that there is no such case:
 * an agent who tries what they may not is to be seen.
 * @throws AppError as `work`
 */
export async function notingRefusal<T>(deps: ActDeps, session: Session, id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isAppError(error, ...NOTED)) await note(deps, session, id, error);
    throw error;
  }
}

async function note(deps: ActDeps, session: Session, id: string, { code }: AppError): Promise<void> {
  const row = await deps.store.cases.find(id);
  if (row === null) return;
  const about = { ...aboutCase(helpCaseOf(row)), actor: delegateActor(deps, session) };
  await deps.store.transaction((store) => recordEvent(store, deps.clock, { type: 'case.refused', ...about, code }));
}
