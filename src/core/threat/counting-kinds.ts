import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { Configuration } from '../configuration/document.ts';

/** Those of these kinds of proof that count now: a raised threat takes some away. */
export function countingKinds({ withoutKinds = [] }: Pick<Configuration, 'withoutKinds'>, kinds: readonly FactorKind[]): FactorKind[] {
  return kinds.filter((kind) => !withoutKinds.includes(kind));
}

/** Those of these combinations of which every kind counts now: none is made shorter. */
export function countingCombinations(
  configuration: Pick<Configuration, 'withoutKinds'>,
  combinations: readonly (readonly FactorKind[])[],
): FactorKind[][] {
  return combinations.filter((kinds) => countingKinds(configuration, kinds).length === kinds.length).map((kinds) => [...kinds]);
}
