import type { FactorKind } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import { createEmailFactor } from './email-factor.ts';
import type { Factor, FactorDeps } from './factor.ts';
import { createTotpFactor } from './totp-factor.ts';

export type FactorRegistry = (kind: FactorKind) => Factor;

/** Every kind of proof that this release can ask for. */
export function createFactorRegistry(deps: FactorDeps): FactorRegistry {
  const factors = new Map<FactorKind, Factor>([createEmailFactor(deps), createTotpFactor(deps)].map((factor) => [factor.kind, factor]));
  return (kind) => {
    const factor = factors.get(kind);
    if (factor === undefined) throw new AppError('internal.unexpected', { factor: kind });
    return factor;
  };
}
