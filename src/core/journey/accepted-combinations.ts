import type { FactorKind } from '../../../shared/api/journeys.ts';

/** True when the proofs given make up one accepted combination. */
export function isProofComplete(accepted: readonly (readonly FactorKind[])[], proven: readonly FactorKind[]): boolean {
  return accepted.some((combination) => combination.every((kind) => proven.includes(kind)));
}

/**
 * Kinds that bring the proof nearer to an accepted combination, in the order of the configuration. The same for every
 * account, enrolled or not: what is offered must not tell what exists (JRN-4).
 */
export function nextKinds(accepted: readonly (readonly FactorKind[])[], proven: readonly FactorKind[]): FactorKind[] {
  const fitting = accepted.filter((combination) => proven.every((kind) => combination.includes(kind)));
  return [...new Set(fitting.flat())].filter((kind) => !proven.includes(kind));
}
