import { normalisePassword } from '../../../shared/password-rules/normalise-password.ts';
import { accountKey } from '../accounts/candidate.ts';
import { isDirectoryTrouble } from '../accounts/is-directory-trouble.ts';
import { type TriedPassword, tryNobody, tryPassword } from '../accounts/try-password.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { AskedServers, Factor, FactorDeps, Judgement, Proof, Renewal } from './factor.ts';

/** What became of asking one directory. `unanswered`: it could not be asked, which says nothing about the password. */
type Answer = TriedPassword | 'unanswered';

/**
 * The password that an account has, judged by a bind at its directory. Every directory is asked the same number of times, whoever is in
 * it; an account that a wrong password could lock is not tried, and looks like a wrong password.
 */
export function createPasswordFactor(deps: FactorDeps): Factor<'password'> {
  /** @throws what is no trouble of a directory */
  const unlessInTrouble = async <T>(directory: string, asking: Promise<T>): Promise<T | 'unanswered'> => {
    try {
      return await asking;
    } catch (error) {
      if (!isDirectoryTrouble(error)) throw error;
      deps.log.error('password.not-judged', { directory, error });
      return 'unanswered';
    }
  };

  /** Not told is an operator's matter: nobody of that directory gets in. */
  const tellNotKnown = (refs: readonly AccountRef[], answers: readonly Answer[]): void => {
    for (const [index, answer] of answers.entries()) {
      if (answer === 'unanswered' || answer.tried || answer.because !== 'not-known') continue;
      // Stryker disable next-line OptionalChaining: there is one for each answer; the compiler wants it said
      deps.log.error('password.not-tried', { directory: refs[index]?.directory, reason: 'lock-out not told' });
    }
  };

  return {
    kind: 'password',
    prompt: 'password',
    form: 'letters',
    shown: () => ({}),
    maximumAttempts: () => deps.configuration().factors.password.attempts,
    canBe: () => true,
    lifetime: () => null,
    resendWait: () => null,
    ask: () => ({ expected: '[]', messages: [] }),

    async judge({ challengeId, answer, enrolled }) {
      const password = normalisePassword(answer);
      const refs = enrolled.map(({ candidate }) => candidate.ref);
      const elsewhere = deps.directories.all().filter(({ id }) => !refs.some(({ directory }) => directory === id));
      const [answers, others] = await Promise.all([
        Promise.all(refs.map((ref) => unlessInTrouble(ref.directory, tryPassword(deps, ref, password)))),
        Promise.all(elsewhere.map(({ id }) => unlessInTrouble(id, tryNobody(deps, { directory: id, decoy: challengeId }, password)))),
      ]);
      tellNotKnown(refs, answers);
      return judgementOf(
        refs,
        answers,
        others.map((other) => (other === 'unanswered' ? other : 'answered')),
      );
    },
  };
}

function judgementOf(refs: readonly AccountRef[], answers: readonly Answer[], others: readonly ('answered' | 'unanswered')[]): Judgement {
  const proofs = refs.flatMap((ref, index): Proof[] => (isRight(answers[index]) ? [proofOf(ref, answers[index])] : []));
  const barred = answers.map(barredBy).find((reason) => reason !== null);
  // Stryker disable next-line StringLiteral: `unanswered` has no `tried`, which is as much as false; the compiler wants it said
  const isTried = (answer: Answer) => answer !== 'unanswered' && answer.tried;
  // The same for every name, whoever has it: an answer is one, also where the account was not tried.
  const answered = others.includes('answered') || answers.some((answer) => answer !== 'unanswered');
  const unanswered = answers.includes('unanswered') || others.includes('unanswered');
  const notAsked = answers.length > 0 && !answers.some(isTried);
  const trouble: AskedServers['trouble'] = unanswered ? 'unanswered' : notAsked ? 'not-asked' : 'none';
  return { proofs, asked: { trouble, answered, ...(barred === undefined ? {} : { barred }) } };
}

/** A password that must be changed, or has expired, is right all the same; what follows from it is asked of the directory later. */
function isRight(answer: Answer | undefined): boolean {
  // Stryker disable next-line StringLiteral: `unanswered` has no `tried`, which is as much as false; the compiler wants it said
  if (answer === undefined || answer === 'unanswered' || !answer.tried) return false;
  const { outcome } = answer;
  if (outcome.valid) return true;
  return outcome.passwordWasRight && ['credentials.password-expired', 'credentials.must-change'].includes(outcome.reason);
}

function barredBy(answer: Answer): 'account-disabled' | 'account-expired' | null {
  // Stryker disable next-line StringLiteral: `unanswered` has no `tried`, which is as much as false; the compiler wants it said
  if (answer === 'unanswered' || !answer.tried || answer.outcome.valid || !answer.outcome.passwordWasRight) return null;
  if (answer.outcome.reason === 'credentials.disabled') return 'account-disabled';
  return answer.outcome.reason === 'credentials.account-expired' ? 'account-expired' : null;
}

/** There is nothing to burn: the challenge is used up. */
function proofOf(account: AccountRef, answer: Answer | undefined): Proof {
  const renew = renewalAfter(answer);
  return {
    account,
    factor: `password ${accountKey(account)}`,
    settle: () => Promise.resolve(true),
    ...(renew === null ? {} : { renew }),
  };
}

/** What the answer to the password itself says: some directories tell it nowhere else. */
function renewalAfter(answer: Answer | undefined): Renewal | null {
  // Stryker disable next-line ConditionalExpression,LogicalOperator,StringLiteral: asked of a right answer alone; the compiler wants it said
  if (answer === undefined || answer === 'unanswered' || !answer.tried) return null;
  const { outcome } = answer;
  const told = outcome.valid ? outcome.warning : outcome.reason;
  if (told === 'must-change' || told === 'credentials.must-change') return 'must-change';
  return told === 'grace' || told === 'credentials.password-expired' ? 'expired' : null;
}
