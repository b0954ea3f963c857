/** The middle of the values; of an even number the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  if (Number.isInteger(middle)) return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
  return sorted[Math.floor(middle)] ?? Number.NaN;
}

/** The smallest value that `percent` of the values do not exceed (nearest rank). NaN for none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** One uninterrupted stretch of equal operations. */
export interface Batch {
  /** Milliseconds of each operation, as its client saw it. */
  readonly latencies: readonly number[];
  /** Milliseconds from the first request to the last answer. */
  readonly elapsed: number;
}

/** What many batches of one kind came to. Times in milliseconds. */
export interface Summary {
  readonly operations: number;
  readonly median: number;
  readonly p95: number;
  readonly perSecond: number;
}

export function summarise(batches: readonly Batch[]): Summary {
  const latencies = batches.flatMap((batch) => batch.latencies);
  const elapsed = batches.reduce((sum, batch) => sum + batch.elapsed, 0);
  return {
    operations: latencies.length,
    median: median(latencies),
    p95: percentile(latencies, 95),
    perSecond: (latencies.length / elapsed) * 1000,
  };
}

/** Operations a second of one batch. */
export function throughput(batch: Batch): number {
  return (batch.latencies.length / batch.elapsed) * 1000;
}

/** A ratio over the whole run, and its extremes from round to round. */
export interface Ratio {
  readonly overall: number;
  readonly lowest: number;
  readonly highest: number;
}

export function ratio(overall: number, rounds: readonly number[]): Ratio {
  return { overall, lowest: Math.min(...rounds), highest: Math.max(...rounds) };
}
