import { normaliseAnswer } from '../../../shared/question-answer.ts';
import type { Configuration } from '../configuration/document.ts';
import { ownNames } from '../password-policy/name-tokens.ts';
import type { Account } from '../ports/directory.ts';
import type { ShownQuestion } from './question-pool.ts';

/** A question and its answer, as a person sets them up. */
export interface GivenAnswer {
  readonly question: string;
  readonly answer: string;
}

/** What is wrong. `question` null: with all of it. */
export interface AnswerProblem {
  readonly question: string | null;
  readonly reason: 'count' | 'unknown' | 'twice' | 'too-short' | 'too-long' | 'same-answer' | 'holds-question' | 'holds-name';
}

/** Code points of an answer at most: it is typed again one day. */
export const LONGEST_ANSWER = 200;
/** From so many characters on a name counts also within a word. */
const TELLING = 5;

/**
 * Judges the answers that a person wants to set up (FAC-4): as many as configured, of the pool, each long enough, no two alike, none
 * that holds its question or a name of the person, which is what somebody else tries first.
 */
export function judgeAnswers(
  settings: Configuration['factors']['questions'],
  pool: readonly ShownQuestion[],
  account: Account,
  given: readonly GivenAnswer[],
): AnswerProblem[] {
  const problems: AnswerProblem[] = given.length === settings.setUp ? [] : [{ question: null, reason: 'count' }];
  const names = ownNames(account, { parts: 'tokens', minimumLength: 3 }).map(normaliseAnswer);
  for (const [index, { question, answer }] of given.entries()) {
    const reason = problemOf(given.slice(0, index), { question, answer }, { settings, pool, names });
    if (reason !== null) problems.push({ question, reason });
  }
  return problems;
}

function problemOf(
  earlier: readonly GivenAnswer[],
  { question, answer }: GivenAnswer,
  against: { settings: Configuration['factors']['questions']; pool: readonly ShownQuestion[]; names: readonly string[] },
): AnswerProblem['reason'] | null {
  const asked = against.pool.find(({ id }) => id === question);
  if (asked === undefined) return 'unknown';
  if (earlier.some((other) => other.question === question)) return 'twice';
  const normal = normaliseAnswer(answer);
  if ([...normal].length < against.settings.minimumAnswerLength) return 'too-short';
  if ([...answer].length > LONGEST_ANSWER) return 'too-long';
  if (earlier.some((other) => squeezed(normaliseAnswer(other.answer)) === squeezed(normal))) return 'same-answer';
  if (holdsQuestion(normal, normaliseAnswer(asked.text))) return 'holds-question';
  return against.names.some((name) => holdsName(normal, name)) ? 'holds-name' : null;
}

/** The question itself, or nothing but words of it. */
function holdsQuestion(answer: string, question: string): boolean {
  const words = new Set(question.split(' '));
  return squeezed(answer).includes(squeezed(question)) || answer.split(' ').every((word) => words.has(word));
}

/** A short name is one where it stands as a word: Ann is not in Hanover. */
function holdsName(answer: string, name: string): boolean {
  if (name === '') return false;
  if (` ${answer} `.includes(` ${name} `)) return true;
  const plain = squeezed(name);
  return [...plain].length >= TELLING && squeezed(answer).includes(plain);
}

function squeezed(text: string): string {
  return text.replaceAll(' ', '');
}
