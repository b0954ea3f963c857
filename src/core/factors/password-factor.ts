import { normalisePassword } from '../../../shared/password-rules/normalise-password.ts';
import { accountKey } from '../accounts/candidate.ts';
import { isDirectoryTrouble } from '../accounts/is-directory-trouble.ts';
import { type TriedPassword, tryNobody, tryPassword } from '../accounts/try-password.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { VerifyOutcome } from '../ports/verify-outcome.ts';
import type { AskedServers, Factor, FactorDeps, Judgement, Proof, Renewal } from './factor.ts';

/** What became of asking about one account. `tried` null: its directory could not be asked, which says nothing about the password. */
interface Answer {
  readonly ref: AccountRef;
  readonly tried: TriedPassword | null;
}

/**
 * The password that an account has, judged by a bind at its directory. Every directory is asked the same number of times, whoever is in
 * it; an account that a wrong password could lock is not tried, and looks like a wrong password.
 */
export function createPasswordFactor(deps: FactorDeps): Factor<'password'> {
  /** null: the directory could not be asked. @throws what is no trouble of a directory */
  const unlessInTrouble = async <T>(directory: string, asking: Promise<T>): Promise<T | null> => {
    try {
      return await asking;
    } catch (error) {
      if (!isDirectoryTrouble(error)) throw error;
      deps.log.error('password.not-judged', { directory, error });
      return null;
    }
  };

  /** Not told is an operator's matter: nobody of that directory gets in. */
  const tellNotKnown = ({ ref, tried }: Answer): void => {
    if (tried?.tried === false && tried.because === 'not-known')
      deps.log.error('password.not-tried', { directory: ref.directory, reason: 'lock-out not told' });
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
      const askAbout = async (ref: AccountRef): Promise<Answer> => {
        return { ref, tried: await unlessInTrouble(ref.directory, tryPassword(deps, ref, password)) };
      };
      /** @returns whether it answered */
      const askNobody = async (directory: string): Promise<boolean> => {
        return (await unlessInTrouble(directory, tryNobody(deps, { directory, decoy: challengeId }, password))) !== null;
      };
      const [answers, others] = await Promise.all([Promise.all(refs.map(askAbout)), Promise.all(elsewhere.map(({ id }) => askNobody(id)))]);
      answers.forEach(tellNotKnown);
      return judgementOf(answers, others);
    },
  };
}

/** @param others whether those directories answered in which nobody was asked about */
function judgementOf(answers: readonly Answer[], others: readonly boolean[]): Judgement {
  const proofs = answers.flatMap(({ ref, tried }): Proof[] => {
    const outcome = outcomeOf(tried);
    return outcome !== null && isRight(outcome) ? [proofOf(ref, outcome)] : [];
  });
  const outcomes = answers.map(({ tried }) => outcomeOf(tried));
  const barred = outcomes.map(barredBy).find((reason) => reason !== null);
  // The same for every name, whoever has it: an answer is one, also where the account was not tried.
  const all = [...others, ...answers.map(({ tried }) => tried !== null)];
  const notAsked = outcomes.length > 0 && outcomes.every((outcome) => outcome === null);
  const trouble: AskedServers['trouble'] = all.includes(false) ? 'unanswered' : notAsked ? 'not-asked' : 'none';
  return { proofs, asked: { trouble, answered: all.includes(true), ...(barred === undefined ? {} : { barred }) } };
}

/** What the directory said of the password; null: it was not tried. */
function outcomeOf(tried: TriedPassword | null): VerifyOutcome | null {
  return tried?.tried === true ? tried.outcome : null;
}

/** A password that must be changed, or has expired, is right all the same; what follows from it is asked of the directory later. */
function isRight(outcome: VerifyOutcome): boolean {
  if (outcome.valid) return true;
  return outcome.passwordWasRight && ['credentials.password-expired', 'credentials.must-change'].includes(outcome.reason);
}

function barredBy(outcome: VerifyOutcome | null): 'account-disabled' | 'account-expired' | null {
  if (outcome === null || outcome.valid || !outcome.passwordWasRight) return null;
  if (outcome.reason === 'credentials.disabled') return 'account-disabled';
  return outcome.reason === 'credentials.account-expired' ? 'account-expired' : null;
}

/** There is nothing to burn: the challenge is used up. */
function proofOf(account: AccountRef, outcome: VerifyOutcome): Proof {
  const renew = renewalAfter(outcome);
  return {
    account,
    factor: `password ${accountKey(account)}`,
    settle: () => Promise.resolve(true),
    ...(renew === null ? {} : { renew }),
  };
}

/** What the answer to the password itself says: some directories tell it nowhere else. */
function renewalAfter(outcome: VerifyOutcome): Renewal | null {
  const told = outcome.valid ? outcome.warning : outcome.reason;
  if (told === 'must-change' || told === 'credentials.must-change') return 'must-change';
  return told === 'grace' || told === 'credentials.password-expired' ? 'expired' : null;
}
