import { AppError } from '../../../shared/errors.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Account } from '../ports/directory.ts';
import { type GivenAnswer, judgeAnswers } from './judge-answers.ts';
import { hashedText, type KeptQuestion, keepQuestions } from './kept-questions.ts';
import { offeredQuestions } from './question-pool.ts';

/**
 * What is to be kept of the answers that a person sets up. Takes a while for each, and belongs before a transaction.
 * @param language in which they read the questions
 * @throws AppError `enrolment.answers-refused`, with a line for each that cannot be taken, and none of the answers
 */
export async function prepareQuestions(
  { configuration, slowHash }: Pick<CoreDeps, 'configuration' | 'slowHash'>,
  account: Account,
  given: readonly GivenAnswer[],
  language: string,
): Promise<{ secret: string; count: number }> {
  const pool = offeredQuestions(configuration(), account.directory, language);
  const problems = judgeAnswers(configuration().factors.questions, pool, account, given);
  if (problems.length > 0) {
    throw new AppError('enrolment.answers-refused', {
      problems: problems.map(({ question, reason }) => `${question ?? 'all'}: ${reason}`),
    });
  }
  const kept: KeptQuestion[] = [];
  for (const { question, answer } of given) {
    const asked = pool.find(({ id }) => id === question);
    if (asked === undefined) throw new AppError('internal.unexpected', { question });
    kept.push({ ...asked, hash: await slowHash.hash(hashedText(question, answer)) });
  }
  return { secret: keepQuestions(kept), count: kept.length };
}
