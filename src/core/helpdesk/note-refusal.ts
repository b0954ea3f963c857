import { type ErrorCode, isAppError } from '../../../shared/errors.ts';
import { BARRED_CODES } from '../access/barred-error.ts';
import { delegateActor } from '../access/helped.ts';
import { accountKey } from '../accounts/candidate.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Store } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';
import { aboutCase, helpCaseOf } from './help-case.ts';

/**
 * What somebody comes upon who tries to act without what it takes: no receipt, a spent one, another agent's case, a way that is not theirs;
 * or for an account that was closed, moved, protected or deleted since the case was opened.
 */
const NOTED = [
  ...['case.receipt-needed', 'case.passed', 'case.unknown', 'case.way-refused', 'case.reset-way-refused'],
  ...BARRED_CODES,
] as const satisfies readonly ErrorCode[];

/**
 * Does what is asked of a case. That it was refused is written down with who asked, also where they are told that there is no such case:
 * an agent who tries what they may not is to be seen.
 * @throws AppError as `work`
 */
export async function notingRefusal<T>(deps: ActDeps, session: Session, id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isAppError(error, ...NOTED)) await noteRefusal(deps, session, id, error.code);
    throw error;
  }
}

/** Writes down that something was asked of a case, where there is one, and refused. @param code what they were told */
export async function noteRefusal(deps: ActDeps, session: Session, id: string, code: ErrorCode): Promise<void> {
  const row = await deps.store.cases.find(id);
  if (row === null) return;
  const about = { ...aboutCase(helpCaseOf(row)), actor: delegateActor(deps, session) };
  await noteOnce(deps, session, id, code, (store) => recordEvent(store, deps.clock, { type: 'case.refused', ...about, code }));
}

/** Once a day for each agent, case and reason: whoever tries again and again is seen, and fills no log. */
export async function noteOnce(
  deps: ActDeps,
  { account }: Session,
  id: string,
  code: string,
  note: (store: Store) => Promise<unknown>,
): Promise<void> {
  await deps.store.transaction(async (store) => {
    if (await deps.guard.tellsNow(store, `refusal/${id}/${code}/${accountKey(account)}`)) await note(store);
  });
}
