import {
  CLOCK_TOLERANCE,
  overBecause,
  readTemporaryPass,
  TEMPORARY_PASS_LENGTH,
  temporaryPassDigest,
  temporaryPassOf,
} from '../enrolment/temporary-pass.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import { withEqualDigests } from './constant-time.ts';
import type { Factor, FactorDeps, Proof } from './factor.ts';
import { FACTOR_TRAITS } from './kinds.ts';

/**
 * A pass that an operator issued for some hours, after making sure who asks (issued recovery codes, NIST SP 800-63B-4 4.2.1.2). It
 * proves once, or until its end. Its end is looked at in the transaction that uses it, and a clock that was set back never prolongs it.
 */
export function createTemporaryPassFactor({ keys, clock, configuration }: FactorDeps): Factor<'code'> {
  async function use(store: Store, { id }: FactorRow, once: boolean): Promise<boolean> {
    const now = clock.now();
    if (!(await store.factors.acceptBeforeEnd(id, now, CLOCK_TOLERANCE))) return false;
    return once ? store.factors.end(id, now) : true;
  }

  return {
    kind: 'temporary-pass',
    prompt: 'code',
    form: 'letters',
    shown: () => ({ length: TEMPORARY_PASS_LENGTH }),
    maximumAttempts: () => configuration().factors.temporaryPass.attempts,
    canBe: (answer) => readTemporaryPass(answer) !== null,
    lifetime: () => null,
    resendWait: () => null,
    ask: () => ({ expected: '[]', messages: [] }),

    judge({ challengeId, answer, enrolled }) {
      const pass = readTemporaryPass(answer) ?? answer;
      // For decoys the same work, for nobody's account.
      if (enrolled.length === 0) temporaryPassDigest(keys, { directory: '', id: challengeId }, pass);
      const passes = enrolled.flatMap(({ candidate: { ref }, factors }) => {
        const given = temporaryPassDigest(keys, ref, pass);
        return factors.map((factor) => ({ ref, factor, given, ...temporaryPassOf(factor) }));
      });
      const { usualNumber } = FACTOR_TRAITS['temporary-pass'];
      const found = withEqualDigests(passes, ({ digest, given }) => [digest, given], usualNumber);
      const proofs = found
        .filter(({ factor }) => overBecause(factor, clock.now()) === null)
        .map(({ ref, factor, once }): Proof => ({ account: ref, factor: factor.id, settle: (store) => use(store, factor, once) }));
      return Promise.resolve({ proofs });
    },
  };
}
