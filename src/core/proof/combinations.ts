import type { FactorKind } from '../../../shared/api/journeys.ts';

/** Kinds that together prove enough; every one of them must be given. */
export type Combination = readonly FactorKind[];

/** "These in any case, and so many more of the person's choice." */
export interface Choice {
  readonly enforced: Combination;
  readonly anyOf: Combination;
  readonly count: number;
}

/** The combinations that a choice stands for, in the order in which its kinds are written. */
export function expandChoice({ enforced, anyOf, count }: Choice): FactorKind[][] {
  const more = unique(anyOf).filter((kind) => !enforced.includes(kind));
  return subsets(more, count).map((chosen) => [...unique(enforced), ...chosen]);
}

function subsets<T>(all: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return all.flatMap((first, index) => subsets(all.slice(index + 1), size - 1).map((others) => [first, ...others]));
}

/** Each without repetitions, and without those that say the same as an earlier one, in whatever order. */
export function distinctCombinations(combinations: readonly Combination[]): FactorKind[][] {
  const seen = new Set<string>();
  return combinations.map(unique).filter((kinds) => {
    const key = kinds.toSorted().join();
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** What proves enough for both: a combination of each, given together. Empty where one of them takes nothing. */
export function enoughForBoth(one: readonly Combination[], other: readonly Combination[]): FactorKind[][] {
  const both = distinctCombinations(one.flatMap((kinds) => other.map((others) => unique([...kinds, ...others]))));
  return both.filter((kinds) => !both.some((fewer) => fewer.length < kinds.length && isSubset(fewer, kinds)));
}

/** Whether all kinds of one are in the other. */
export function isSubset(fewer: readonly string[], kinds: readonly string[]): boolean {
  return fewer.every((kind) => kinds.includes(kind));
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
