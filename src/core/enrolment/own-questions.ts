import { AppError } from '../../../shared/errors.ts';
import type { ActDeps } from '../journey/act.ts';
import type { FactorRow } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';
import { countBegun } from './count-begun.ts';
import { enrolFactors } from './enrol-factors.ts';
import type { GivenAnswer } from './judge-answers.ts';
import { ownAccount, requireAddable } from './own-proofs.ts';
import { addedByOwner, requireMayAdd } from './own-session.ts';
import { prepareQuestions } from './prepare-questions.ts';
import { offeredQuestions, type ShownQuestion } from './question-pool.ts';

/** What somebody may choose of, and how many of it; null: questions are not asked for. */
export function questionsToChoose(deps: ActDeps, session: Session): { setUp: number; pool: ShownQuestion[] } | null {
  const { setUp } = deps.configuration().factors.questions;
  const pool = offeredQuestions(deps.configuration(), session.account.directory, session.language);
  return pool.length < setUp ? null : { setUp, pool };
}

/**
 * Sets up questions and answers, in place of those that there are.
 * @throws AppError `session.*`, `enrolment.kind-not-asked`, `enrolment.answers-refused`, `guard.slow-down`
 */
export async function setOwnQuestions(deps: ActDeps, session: Session, given: readonly GivenAnswer[], name: string): Promise<FactorRow> {
  requireMayAdd(deps, session);
  requireAddable(deps.configuration(), session, 'questions');
  // Before anything is hashed, which is slow on purpose: one session would keep the machine busy.
  await countBegun(deps, deps.store, session.row.journeyId);
  const account = await ownAccount(deps, session);
  const { secret } = await prepareQuestions(deps, account, given, session.language);
  const wanted = { kind: 'questions' as const, label: name, secret, source: 'self', replaces: true };
  const { added } = await enrolFactors(deps, session.account, [wanted], await addedByOwner(deps, session));
  const [row] = added;
  if (row === undefined) throw new AppError('internal.unexpected');
  return row;
}
