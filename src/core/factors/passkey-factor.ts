import type { Store } from '../ports/store.ts';
import type { CeremonyProblem } from '../ports/web-authn.ts';
import type { AnswerProblem, Factor, FactorDeps, Judgement, Proof } from './factor.ts';
import { ownerOf } from './owner-of.ts';
import { passkeyOf, passkeyRequest, relyingPartyOf, userHandleOf } from './passkey.ts';

/** What is said of an answer that is none to what was asked. */
export const PROBLEMS: Readonly<Record<CeremonyProblem, AnswerProblem>> = {
  malformed: 'passkey.malformed',
  'wrong-challenge': 'passkey.out-of-date',
  'wrong-origin': 'passkey.wrong-site',
  'wrong-rp-id': 'passkey.wrong-site',
  'user-not-verified': 'passkey.user-not-verified',
  'wrong-signature': 'passkey.unknown',
};

/** A key that belongs to nobody (the example of RFC 6979 A.2.5 for P-256, as a COSE key): who has no passkey costs the same work. */
const NOBODYS_KEY = 'pQECAyYgASFYIGD-1LolWp0xyWHrdMY1bWjASbiSO2H6bOZpYi5g8p-2IlggeQP-EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk';

/**
 * A passkey (WebAuthn Level 3): asked for without naming one, with user verification. The challenge is derived from the question, which
 * takes a right answer once. An answer proves the account that the credential is kept with, and whose handle the authenticator gives.
 */
export function createPasskeyFactor(deps: Pick<FactorDeps, 'keys' | 'clock' | 'configuration' | 'webAuthn'>): Factor<'passkey'> {
  const { keys, clock, configuration, webAuthn } = deps;
  const challengeOf = (challengeId: string) => keys.digest('passkey-challenge', challengeId);

  return {
    kind: 'passkey',
    prompt: 'passkey',
    form: 'letters',
    shown: (challengeId) => ({ publicKey: passkeyRequest(configuration(), challengeOf(challengeId)) }),
    maximumAttempts: () => configuration().factors.passkey.attempts,
    canBe: () => true,
    lifetime: () => null,
    resendWait: () => null,
    ask: () => ({ expected: '[]', messages: [] }),

    async judge({ challengeId, answer, enrolled }): Promise<Judgement> {
      const found = enrolled.flatMap(({ candidate: { ref }, factors }) =>
        factors.filter((factor) => passkeyOf(factor).id === answer.id).map((factor) => ({ ref, factor })),
      );
      const [first] = found;
      const asked = { challenge: challengeOf(challengeId), ...relyingPartyOf(configuration()) };
      const credential = first === undefined ? { id: answer.id, publicKey: NOBODYS_KEY } : passkeyOf(first.factor);
      const verdict = await webAuthn.verifyAssertion(asked, credential, answer);
      if ('problem' in verdict) return { proofs: [], problem: PROBLEMS[verdict.problem] };
      if (first === undefined || answer.response.userHandle !== userHandleOf(keys, ownerOf(first.factor))) return unknown;
      if (isCloned(first.factor.signCount, verdict.signCount))
        return { ...unknown, cloned: [{ account: first.ref, factor: first.factor.id }] };
      const settle: Proof['settle'] = (store: Store) => store.factors.acceptSignCount(first.factor.id, verdict.signCount, clock.now());
      // Candidates that are linked have the same one, and it proves them all.
      const proven = found.filter(({ factor }) => factor.id === first.factor.id);
      return { proofs: proven.map(({ ref }) => ({ account: ref, factor: first.factor.id, settle })) };
    },
  };
}

const unknown: Judgement & { problem: AnswerProblem } = { proofs: [], problem: 'passkey.unknown' };

/** WebAuthn 7.2 step 22: a counter that has not grown was used somewhere else. Authenticators without one say 0. */
export function isCloned(before: number, now: number): boolean {
  return before > 0 && now <= before;
}
