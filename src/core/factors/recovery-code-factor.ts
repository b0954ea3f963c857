import { FEW_RECOVERY_CODES } from '../../../shared/few-recovery-codes.ts';
import { accountKey } from '../accounts/candidate.ts';
import { RECOVERY_CODE_LENGTH, readRecoveryCode, recoveryCodeDigest } from '../enrolment/recovery-codes.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import { withEqualDigests } from './constant-time.ts';
import type { Factor, FactorDeps, Proof } from './factor.ts';
import { FACTOR_TRAITS } from './kinds.ts';
import { ownerOf } from './owner-of.ts';

/**
 * One of ten codes that a person keeps on paper (look-up secrets, NIST SP 800-63B-4 3.1.2; saved recovery codes, 4.2.1.1). Each proves
 * once: its use ends it, for exactly one caller on all nodes.
 */
export function createRecoveryCodeFactor(deps: FactorDeps): Factor<'code'> {
  const { keys, clock, configuration } = deps;

  async function use(store: Store, account: AccountRef, { id, kind }: FactorRow): Promise<boolean> {
    const now = clock.now();
    if (!(await store.factors.end(id, now))) return false;
    await store.factors.markUsed(id, now);
    const left = (await store.factors.ofAccount(account)).filter((factor) => factor.kind === kind).length;
    const language = configuration().organisation.defaultLanguage;
    if (left <= FEW_RECOVERY_CODES) await queueNotice(deps, store, { kind: 'recovery-codes-few', account, language, count: left });
    return true;
  }

  return {
    kind: 'recovery-code',
    prompt: 'code',
    form: 'letters',
    shown: () => ({ length: RECOVERY_CODE_LENGTH }),
    maximumAttempts: () => configuration().factors.recoveryCode.attempts,
    canBe: (answer) => readRecoveryCode(answer) !== null,
    lifetime: () => null,
    resendWait: () => null,
    ask: () => ({ expected: '[]', messages: [] }),

    judge({ challengeId, answer, enrolled }) {
      const code = readRecoveryCode(answer) ?? answer;
      const digests = new Map<string, string>();
      const digestFor = (owner: AccountRef) => {
        const digest = digests.get(accountKey(owner)) ?? recoveryCodeDigest(keys, owner, code);
        digests.set(accountKey(owner), digest);
        return digest;
      };
      const codes = enrolled.flatMap(({ candidate: { ref }, factors }) => factors.map((factor) => ({ ref, factor })));
      // For who has none the same work, for nobody's account.
      if (codes.length === 0) digestFor({ directory: '', id: challengeId });
      const { usualNumber } = FACTOR_TRAITS['recovery-code'];
      const found = withEqualDigests(codes, ({ factor }) => [factor.secret, digestFor(ownerOf(factor))], usualNumber);
      const proofs = found.map(
        ({ ref, factor }): Proof => ({ account: ref, factor: factor.id, settle: (store) => use(store, ref, factor) }),
      );
      return Promise.resolve({ proofs });
    },
  };
}
