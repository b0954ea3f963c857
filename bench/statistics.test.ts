import { expect, test } from 'vitest';
import { median, percentile, ratio, summarise, throughput } from './statistics.ts';

test('the median of an odd and of an even number of values', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('the nearest-rank percentile', () => {
  const values = Array.from({ length: 20 }, (_, index) => index + 1);
  expect(percentile(values, 95)).toBe(19);
  expect(percentile([7], 95)).toBe(7);
  expect(percentile([], 95)).toBeNaN();
});

test('batches are summed up by their operations and their time, not by their means', () => {
  const batches = [
    { latencies: [1, 3], elapsed: 4 },
    { latencies: [2, 2, 2, 2], elapsed: 8 },
  ];
  expect(summarise(batches)).toEqual({ operations: 6, median: 2, p95: 3, perSecond: 500 });
  expect(throughput({ latencies: [1, 3], elapsed: 4 })).toBe(500);
});

test('a ratio tells its extremes over the rounds', () => {
  expect(ratio(1.5, [1.2, 1.9, 1.4])).toEqual({ overall: 1.5, lowest: 1.2, highest: 1.9 });
});
