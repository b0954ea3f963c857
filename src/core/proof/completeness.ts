import type { FactorKind } from '../../../shared/api/journeys.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import type { Combination } from './combinations.ts';

/** True when the proofs given make up one accepted combination, whatever else was given. */
export function isProofComplete(accepted: readonly Combination[], proven: readonly FactorKind[]): boolean {
  return accepted.some((combination) => combination.every((kind) => proven.includes(kind)));
}

/**
 * Kinds that bring the proof nearer to an accepted combination, in the order of the configuration, what leads first, what can be guessed last, and
 * what never comes first only after another proof. Combinations that the proofs given are a part of are gone on with; only where there
 * is none are others begun, so that a proof that turned out to be of no use leads to no dead end.
 */
export function nextKinds(accepted: readonly Combination[], proven: readonly FactorKind[]): FactorKind[] {
  const fitting = accepted.filter((combination) => proven.every((kind) => combination.includes(kind)));
  const next = (fitting.length > 0 ? fitting : accepted).flatMap((combination) => {
    const missing = combination.filter((kind) => !proven.includes(kind) && (proven.length > 0 || FACTOR_TRAITS[kind].opens));
    const leading = missing.filter((kind) => FACTOR_TRAITS[kind].leads === true);
    if (leading.length > 0) return leading;
    const first = missing.filter((kind) => !FACTOR_TRAITS[kind].guessable);
    return first.length > 0 ? first : missing;
  });
  return [...new Set(next)];
}
