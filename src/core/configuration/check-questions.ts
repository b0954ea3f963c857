import { normaliseAnswer } from '../../../shared/question-answer.ts';
import { choosableQuestions } from '../enrolment/question-pool.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { kindsInWords } from '../factors/kinds-in-words.ts';
import { combinationsOf } from '../proof/rules.ts';
import type { Report } from './check-context.ts';
import type { Configuration } from './document.ts';
import type { DocumentPath } from './format-path.ts';

type Pool = Configuration['factors']['questions']['pool'];

const LANGUAGES = ['en', 'de'] as const;

/** Checks of the pools of questions, and of the rules that ask for them. */
export function checkQuestions(configuration: Configuration, report: Report): void {
  const { directories, factors } = configuration;
  const { pool, setUp, asked } = factors.questions;
  if (asked > setUp) report('error', ['factors', 'questions', 'asked'], 'More than setUp: nobody could answer them');
  checkPool(pool, ['factors', 'questions', 'pool'], [], report);
  for (const [index, directory] of directories.entries()) {
    const at = ['directories', index, 'questions'];
    checkPool(directory.questions, at, pool, report);
    const choosable = choosableQuestions(configuration, directory.id);
    const { length } = choosable;
    if (length > 0 && length < setUp)
      report('error', pool.length === 0 ? at : ['factors', 'questions', 'pool'], `${length} questions, and setUp asks for ${setUp}`);
    for (const language of length < setUp ? [] : LANGUAGES) {
      const worded = choosable.filter((question) => question[language] !== undefined).length;
      if (worded >= setUp) continue;
      const lack = `${worded} questions in ${language}, and setUp asks for ${setUp}: people who read it choose of all, some in another language`;
      report('warning', pool.length === 0 ? at : ['factors', 'questions', 'pool'], lack);
    }
    const accepted = rulesThatAsk(configuration).filter(({ rule }) => rule.when.directories?.includes(directory.id) ?? true);
    for (const { at: rule } of length === 0 ? accepted : [])
      report('error', rule, `Asks for questions, and there are none for ${directory.id}: fill factors.questions.pool`);
  }
  for (const { rule, at } of rulesThatAsk(configuration)) {
    report(
      'warning',
      at,
      'Asks for security questions: others can find out or guess the answers, and NIST SP 800-63B-4 3.1.1.2 forbids to ask for particular facts. Never the better way where people have another',
    );
    for (const kinds of combinationsOf(rule).filter((all) => all.includes('questions'))) {
      if (!kinds.every((kind) => FACTOR_TRAITS[kind].channel === 'memory')) continue;
      report('error', at, `${kindsInWords(kinds)}: questions never count beside nothing but what people know`);
    }
  }
}

function rulesThatAsk({ recovery, signIn }: Configuration) {
  return [
    ...recovery.rules.map((rule, index) => ({ rule, at: ['recovery', 'rules', index] })),
    ...signIn.rules.map((rule, index) => ({ rule, at: ['signIn', 'rules', index] })),
  ].filter(({ rule }) => combinationsOf(rule).some((kinds) => kinds.includes('questions')));
}

function checkPool(pool: Pool, at: DocumentPath, others: Pool, report: Report): void {
  for (const [index, question] of pool.entries()) {
    const path = [...at, index];
    const earlier = [...others, ...pool.slice(0, index)];
    if (earlier.some(({ id }) => id === question.id)) report('error', [...path, 'id'], 'Another question has this id already');
    if (LANGUAGES.every((language) => question[language] === undefined))
      report('error', path, `Has no text: write it in ${LANGUAGES.join(' or ')}`);
    for (const language of LANGUAGES) {
      const text = question[language];
      if (text === undefined || !earlier.some((other) => isSame(other[language], text))) continue;
      report('error', [...path, language], 'Another question asks the same');
    }
  }
}

function isSame(one: string | undefined, other: string): boolean {
  return one !== undefined && normaliseAnswer(one) === normaliseAnswer(other);
}
