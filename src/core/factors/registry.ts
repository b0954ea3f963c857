import type { FactorKind } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Factor, FactorDeps } from './factor.ts';
import type { ASKED_FACTOR_KINDS, SIGN_IN_FACTOR_KINDS } from './kinds.ts';
import { createLinkedAccountFactor } from './linked-account-factor.ts';
import { createPasskeyFactor } from './passkey-factor.ts';
import { createPasswordFactor } from './password-factor.ts';
import { createQuestionsFactor } from './questions-factor.ts';
import { createRecoveryCodeFactor } from './recovery-code-factor.ts';
import { createEmailFactor, createSmsFactor } from './sent-code-factor.ts';
import { createTemporaryPassFactor } from './temporary-pass-factor.ts';
import { createTotpFactor } from './totp-factor.ts';

export type FactorRegistry = (kind: FactorKind) => Factor;

const CREATE: Readonly<Record<(typeof SIGN_IN_FACTOR_KINDS | typeof ASKED_FACTOR_KINDS)[number], (deps: FactorDeps) => Factor>> = {
  password: createPasswordFactor,
  email: createEmailFactor,
  sms: createSmsFactor,
  totp: createTotpFactor,
  'recovery-code': createRecoveryCodeFactor,
  'temporary-pass': createTemporaryPassFactor,
  passkey: createPasskeyFactor,
  questions: createQuestionsFactor,
  'linked-account': createLinkedAccountFactor,
};

/** Every kind of proof that this release can ask for. */
export function createFactorRegistry(deps: FactorDeps): FactorRegistry {
  const factors = new Map<FactorKind, Factor>(
    Object.values(CREATE)
      .map((create) => create(deps))
      .map((factor) => [factor.kind, factor]),
  );
  return (kind) => {
    const factor = factors.get(kind);
    if (factor === undefined) throw new AppError('internal.unexpected', { factor: kind });
    return factor;
  };
}
