import { randomUUID } from 'node:crypto';
import type { BenchDirectory } from './directories.ts';
import { createHttpClient } from './http-client.ts';
import { finish, proveFully } from './journey.ts';
import type { Product } from './product.ts';
import { type Summary, summarise } from './statistics.ts';

/** A reset from the first click to the last page, by a client that needs no time to think or to open its mail. */
export interface JourneyResult extends Summary {
  readonly directory: string;
  readonly holdMilliseconds: number;
  readonly settleMilliseconds: number;
}

/** Walks journeys with e-mail code and authenticator, one after another, for so many seconds; at least one. */
export async function measureJourneys(
  directory: BenchDirectory,
  product: Product,
  seconds: number,
  timing: Pick<JourneyResult, 'holdMilliseconds' | 'settleMilliseconds'>,
): Promise<JourneyResult> {
  const http = createHttpClient(product.url);
  const latencies: number[] = [];
  const walk = async (): Promise<number> => {
    const login = `j${randomUUID().replaceAll('-', '').slice(0, 16)}`;
    await directory.createAccount(login);
    const person = await product.enrol(login);
    await product.settle();
    const start = performance.now();
    await finish(http, await proveFully(http, person, 'reset-password'), { password: `Fresh-${randomUUID()}-9` });
    return performance.now() - start;
  };
  try {
    const deadline = performance.now() + seconds * 1000;
    while (latencies.length === 0 || performance.now() < deadline) latencies.push(await walk());
  } finally {
    http.close();
  }
  const elapsed = latencies.reduce((sum, latency) => sum + latency, 0);
  return { directory: directory.title, ...timing, ...summarise([{ latencies, elapsed }]) };
}
