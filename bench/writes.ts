import { randomUUID } from 'node:crypto';
import { type BareClient, openBareClient } from './bare-client.ts';
import type { BenchDirectory } from './directories.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { finish, type OpenJourney, proveQuickly } from './journey.ts';
import type { Person, Product } from './product.ts';
import { type Batch, median, type Ratio, ratio, type Summary, summarise, throughput } from './statistics.ts';

export type Operation = 'reset' | 'unlock';

/** One operation with one number of clients, over HTTP and by bare LDAP. */
export interface WriteResult {
  readonly directory: string;
  readonly operation: Operation;
  readonly clients: number;
  readonly rounds: number;
  readonly bare: Summary;
  readonly product: Summary;
  /** Median latency of the product over that of bare LDAP. */
  readonly cost: Ratio;
  /** Throughput of the product over that of bare LDAP. */
  readonly throughput: Ratio;
}

interface Plan {
  readonly operation: Operation;
  readonly clients: number;
  readonly seconds: number;
  /** Makes a round beforehand that does not count. */
  readonly warmUp: boolean;
}

/** Operations of one batch: short, so that noise of the machine meets both sides, and many rounds are made. */
function batchSize({ clients, seconds }: Plan): number {
  return clients === 1 ? Math.min(12, 4 * seconds) : clients * Math.min(3, seconds);
}

/**
 * Measures one operation in rounds: a batch by bare LDAP, a batch over HTTP, in changing order. Every operation has an account
 * of its own, so that none finds another's history. Journeys are proven before, and mail of the batch before is out.
 */
export async function measureWrites(directory: BenchDirectory, product: Product, plan: Plan): Promise<WriteResult> {
  const http = createHttpClient(product.url);
  const bareClient = await openBareClient(directory);
  const rounds: { bare: Batch; product: Batch }[] = [];
  const deadline = performance.now() + plan.seconds * 1000;
  try {
    if (plan.warmUp) await measureRound(directory, product, { http, bareClient }, plan, 0);
    while (rounds.length === 0 || performance.now() < deadline) {
      rounds.push(await measureRound(directory, product, { http, bareClient }, plan, rounds.length));
    }
  } finally {
    http.close();
    await bareClient.close();
  }
  const bare = summarise(rounds.map((round) => round.bare));
  const over = summarise(rounds.map((round) => round.product));
  return {
    directory: directory.title,
    operation: plan.operation,
    clients: plan.clients,
    rounds: rounds.length,
    bare,
    product: over,
    cost: ratio(
      over.median / bare.median,
      rounds.map((round) => median(round.product.latencies) / median(round.bare.latencies)),
    ),
    throughput: ratio(
      over.perSecond / bare.perSecond,
      rounds.map((round) => throughput(round.product) / throughput(round.bare)),
    ),
  };
}

async function measureRound(
  directory: BenchDirectory,
  product: Product,
  { http, bareClient }: { http: HttpClient; bareClient: BareClient },
  plan: Plan,
  round: number,
): Promise<{ bare: Batch; product: Batch }> {
  const { operation, clients } = plan;
  const size = batchSize(plan);
  const people = await preparePeople(directory, product, 2 * size, operation);
  const [byHttp, byLdap] = [people.slice(0, size), people.slice(size)];
  const goal = operation === 'reset' ? 'reset-password' : 'unlock-account';
  const journeys: OpenJourney[] = [];
  for (const person of byHttp) journeys.push(await proveQuickly(http, person, goal));
  await product.settle();

  const passwords = people.map(() => newPassword());
  const overHttp = () =>
    runBatch(journeys, clients, (journey, index) =>
      finish(http, journey, operation === 'reset' ? { password: passwords[index] ?? '' } : { confirm: true }),
    );
  const bare = () =>
    runBatch(byLdap, clients, ({ id }, index) =>
      operation === 'reset' ? bareClient.reset(id, passwords[size + index] ?? '') : bareClient.unlock(id),
    );
  if (round % 2 === 0) return { bare: await bare(), product: await overHttp() };
  const first = await overHttp();
  // Notices of the batch are still being written: not on the time of the other side.
  await product.settle();
  return { bare: await bare(), product: first };
}

/** Accounts that nobody has used yet; locked where they are to be unlocked. */
async function preparePeople(directory: BenchDirectory, product: Product, count: number, operation: Operation): Promise<Person[]> {
  const people: Person[] = [];
  for (let number = 0; number < count; number += 1) {
    const login = `b${randomUUID().replaceAll('-', '').slice(0, 16)}`;
    await directory.createAccount(login);
    people.push(await product.enrol(login));
    if (operation === 'unlock') await directory.lock(login);
  }
  return people;
}

/** Fits every policy of the test servers, and is never used twice. */
function newPassword(): string {
  return `Fresh-${randomUUID()}-9`;
}

/** Every client takes the next operation as soon as its last one was answered. */
async function runBatch<T>(items: readonly T[], clients: number, operate: (item: T, index: number) => Promise<void>): Promise<Batch> {
  const latencies: number[] = [];
  const queue = items.entries();
  const client = async (): Promise<void> => {
    for (const [index, item] of queue) {
      const start = performance.now();
      await operate(item, index);
      latencies.push(performance.now() - start);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  return { latencies, elapsed: performance.now() - start };
}
