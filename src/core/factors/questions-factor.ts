import { normaliseAnswer } from '../../../shared/question-answer.ts';
import { hashedText, type KeptQuestion, questionsKept } from '../enrolment/kept-questions.ts';
import type { FactorRow } from '../ports/store.ts';
import type { Factor, FactorDeps, Proof } from './factor.ts';

/** What an answer is compared with: the questions that are put, of one row. */
interface Expected {
  factor: string | null;
  questions: Pick<KeptQuestion, 'id' | 'hash'>[];
}

/**
 * Answers that a person set up to questions they chose (FAC-4). Never the first proof, so that nobody but who has given another one sees
 * the questions. All answers are judged together, one after the other and each in full: what is told, and how long it takes, is the same
 * whichever of them was wrong. NIST SP 800-63B-4 3.1.1.2 knows no such proof; it is restricted and counts beside others alone.
 */
export function createQuestionsFactor({ keys, clock, configuration, slowHash }: FactorDeps): Factor<'questions'> {
  /** The same ones until they were answered: who begins anew gets no easier ones. */
  const chosen = (row: FactorRow): KeptQuestion[] => {
    const rank = ({ id }: KeptQuestion) => keys.digest('questions-asked', `${row.id}|${row.lastUsedAt ?? 0}|${id}`);
    const order = questionsKept(row).map((question) => ({ question, rank: rank(question) }));
    // Stryker disable next-line EqualityOperator: no two are the same
    order.sort((one, other) => (one.rank < other.rank ? -1 : 1));
    return order.slice(0, configuration().factors.questions.asked).map(({ question }) => question);
  };

  return {
    kind: 'questions',
    prompt: 'questions',
    form: 'letters',
    shown: () => ({}),
    maximumAttempts: () => configuration().factors.questions.attempts,
    canBe: (answers) => answers.length > 0 && answers.every((answer) => normaliseAnswer(answer) !== ''),
    lifetime: () => null,
    resendWait: () => null,

    ask(_challengeId, enrolled) {
      // One person has one set of questions. Two of one name whom the proof before did not tell apart: the first one's.
      const [row] = enrolled.flatMap(({ factors }) => factors);
      const questions = row === undefined ? [] : chosen(row);
      const expected: Expected = { factor: row?.id ?? null, questions: questions.map(({ id, hash }) => ({ id, hash })) };
      // Stryker disable next-line OptionalChaining,StringLiteral: where there is no row no question is put; the compiler wants it said
      const put = questions.map(({ id, text, language }) => ({ id, text, language, directory: row?.directory ?? '' }));
      return { expected: JSON.stringify(expected), messages: [], questions: put };
    },

    async judge({ expected, answer, enrolled }) {
      const { factor, questions } = JSON.parse(expected) as Expected;
      let wrong = answer.length === questions.length && questions.length > 0 ? 0 : 1;
      for (const [index, { id, hash }] of questions.entries()) {
        // Stryker disable next-line StringLiteral: an answer too few is wrong already; it is compared for the time that it takes
        if (!(await slowHash.matches(hash, hashedText(id, answer[index] ?? '')))) wrong += 1;
      }
      // Where the guard does not let it be judged nobody is in there, and it proves nothing.
      const owners = enrolled.filter(({ factors }) => factors.some(({ id }) => id === factor));
      if (wrong > 0) return { proofs: [] };
      // Stryker disable next-line ConditionalExpression,ArrayDeclaration,ObjectLiteral: nobody has it then; the compiler wants it said
      if (factor === null) return { proofs: [] };
      return {
        proofs: owners.map(
          ({ candidate }): Proof => ({ account: candidate.ref, factor, settle: (store) => store.factors.accept(factor, clock.now()) }),
        ),
      };
    },
  };
}
