import type { FactorKind } from '../../../shared/api/journeys.ts';

/** One accepted combination, and which of its kinds a person has not enrolled. */
export interface CombinationVerdict {
  readonly kinds: readonly FactorKind[];
  /** Empty: the person can give it. */
  readonly missing: readonly FactorKind[];
}

/** What a person with these proofs can give of each accepted combination. The one rule of who can recover, for journeys and for operators. */
export function judgeCombinations(
  accepted: readonly (readonly FactorKind[])[],
  factors: readonly { readonly kind: FactorKind }[],
): CombinationVerdict[] {
  const enrolled = new Set(factors.map(({ kind }) => kind));
  return accepted.map((kinds) => ({ kinds, missing: kinds.filter((kind) => !enrolled.has(kind)) }));
}

/** Whether a person with these proofs can give any accepted combination. */
export function canProve(accepted: readonly (readonly FactorKind[])[], factors: readonly { readonly kind: FactorKind }[]): boolean {
  return judgeCombinations(accepted, factors).some(({ missing }) => missing.length === 0);
}
