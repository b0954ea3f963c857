export interface Comparison {
  /** Standard deviations that the rank sum is away from what chance would give. */
  z: number;
  /** How far apart the medians are, in the unit of the samples. */
  medians: number;
  /** Whether somebody who measures both could tell which is which. */
  apart: boolean;
}

/** Two-sided probability 1e-5: a whole suite of comparisons of what is alike passes. */
const DECISIVE = 4.42;
/** Milliseconds. Less than what a timer of the machine itself may be off by. */
const NOTICEABLE = 1;

/**
 * Whether two samples come from different distributions: the rank-sum test of Mann and Whitney, in its normal approximation with
 * the correction for ties. It asks only which is larger, so single slow answers of a busy machine weigh no more than others.
 */
export function compareTimes(left: readonly number[], right: readonly number[]): Comparison {
  const { rankSum, ties } = rank(left, right);
  const total = left.length + right.length;
  const expected = (left.length * (total + 1)) / 2;
  const variance = ((left.length * right.length) / 12) * (total + 1 - ties / (total * (total - 1)));
  const z = variance === 0 ? 0 : (rankSum - expected) / Math.sqrt(variance);
  const medians = median(left) - median(right);
  return { z, medians, apart: Math.abs(z) > DECISIVE && Math.abs(medians) > NOTICEABLE };
}

/**
 * How well somebody guesses by one time from which of two samples it comes: the area under the curve of hits over false alarms, which is
 * the chance that one of the left is longer than one of the right. 0.5: not at all; 0 or 1: always.
 */
export function areaUnderCurve(left: readonly number[], right: readonly number[]): { area: number; medians: number } {
  const { rankSum } = rank(left, right);
  const area = (rankSum - (left.length * (left.length + 1)) / 2) / (left.length * right.length);
  return { area, medians: median(left) - median(right) };
}

/** The sum of the ranks of the left sample among both, those that are equal sharing theirs, and what ties take from the variance. */
function rank(left: readonly number[], right: readonly number[]): { rankSum: number; ties: number } {
  const all = [...left.map((value) => ({ value, left: true })), ...right.map((value) => ({ value, left: false }))];
  all.sort((one, other) => one.value - other.value);
  let rankSum = 0;
  let ties = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end += 1;
    rankSum += ((start + 1 + end) / 2) * all.slice(start, end).filter((entry) => entry.left).length;
    ties += (end - start) ** 3 - (end - start);
    start = end;
  }
  return { rankSum, ties };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (upper + lower) / 2;
}
