import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BenchDirectory } from './directories.ts';
import { checkOutOlder } from './older-tree.ts';
import type { Recovered } from './recoverer.ts';
import { type Ratio, ratio, type Summary, summarise, throughput } from './statistics.ts';

/** What today's recoveries are compared with: before the work on speed began. */
export const OLDER = 'bd706da';
export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const ROUND = 40;
/** Milliseconds without a recovery: a node gives memory back within them. */
const REST = 30_000;

/** Whole recoveries by eight clients, of today and of an older commit, in turns. */
export interface RecoveryResult {
  readonly directory: string;
  readonly older: Summary;
  readonly today: Summary;
  readonly rounds: number;
  /** Recoveries in a second, today over older. */
  readonly throughput: Ratio;
  /** Milliseconds of the server's processor time for one recovery. */
  readonly cpu: { readonly older: number; readonly today: number };
}

/** Megabytes resident when so many recoveries are over, and half a minute later, in which nobody came. */
export interface MemoryResult {
  readonly recoveries: number;
  readonly memory: number;
  readonly afterRest: number;
}

export interface Recoverer {
  recover(logins: readonly string[]): Promise<Recovered>;
  /** Megabytes resident now. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** @param database makes one for each side; null: SQLite files */
export async function measureRecoveries(
  directory: BenchDirectory,
  database: () => Promise<string | null>,
  seconds: number,
): Promise<RecoveryResult> {
  await using started = new AsyncDisposableStack();
  const tree = await checkOutOlder(OLDER);
  started.defer(tree.remove);
  const sides = {
    older: await startRecoverer(tree.folder, directory, await database()),
    today: await startRecoverer(ROOT, directory, await database()),
  };
  started.defer(sides.older.stop);
  started.defer(sides.today.stop);
  const rounds: Record<keyof typeof sides, Recovered>[] = [];
  // The first recoveries read and compile what all others find.
  for (const side of [sides.older, sides.today]) await side.recover(await makeAccounts(directory, 8));
  const deadline = performance.now() + seconds * 1000;
  while (rounds.length === 0 || performance.now() < deadline) {
    const done: Partial<Record<keyof typeof sides, Recovered>> = {};
    const order = rounds.length % 2 === 0 ? (['older', 'today'] as const) : (['today', 'older'] as const);
    for (const name of order) done[name] = await sides[name].recover(await makeAccounts(directory, ROUND));
    rounds.push(done as Record<keyof typeof sides, Recovered>);
  }
  const of = (name: keyof typeof sides) => rounds.map((round) => round[name]);
  const [older, today] = [summarise(of('older')), summarise(of('today'))];
  const cpuOf = (name: keyof typeof sides) => of(name).reduce((sum, { cpu }) => sum + cpu, 0) / (rounds.length * ROUND);
  return {
    ...{ directory: directory.title, older, today, rounds: rounds.length },
    throughput: ratio(
      today.perSecond / older.perSecond,
      rounds.map((round) => throughput(round.today) / throughput(round.older)),
    ),
    cpu: { older: cpuOf('older'), today: cpuOf('today') },
  };
}

/** Today's server after many recoveries: what it keeps for good. */
export async function measureMemory(directory: BenchDirectory, database: string | null, recoveries: number): Promise<MemoryResult> {
  const side = await startRecoverer(ROOT, directory, database);
  try {
    let memory = 0;
    for (let left = recoveries; left > 0; left -= ROUND) {
      ({ memory } = await side.recover(await makeAccounts(directory, Math.min(ROUND, left))));
    }
    await delay(REST);
    return { recoveries, memory, afterRest: await side.memory() };
  } finally {
    await side.stop();
  }
}

export async function makeAccounts(directory: BenchDirectory, count: number): Promise<string[]> {
  const logins = Array.from({ length: count }, () => `r${randomUUID().replaceAll('-', '').slice(0, 16)}`);
  for (const login of logins) await directory.createAccount(login);
  return logins;
}

/** @param nodeOptions what the server's Node.js is told beside, today's alone */
export async function startRecoverer(
  tree: string,
  directory: BenchDirectory,
  database: string | null,
  nodeOptions: readonly string[] = [],
): Promise<Recoverer> {
  const program = fileURLToPath(new URL('recoverer.ts', import.meta.url));
  const args = [program, tree, JSON.stringify(directory.section), ...(database === null ? [] : [database])];
  const env = nodeOptions.length === 0 ? process.env : { ...process.env, KEYTURN_BENCH_NODE_OPTIONS: nodeOptions.join(' ') };
  const child: ChildProcess = spawn(process.execPath, args, { cwd: tree, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the clients of ${tree} ended`);
    return String(value);
  };
  await next();
  const recover = async (logins: readonly string[]): Promise<Recovered> => {
    child.stdin?.write(`${JSON.stringify(logins)}\n`);
    return JSON.parse(await next()) as Recovered;
  };
  return {
    recover,
    memory: async () => (await recover([])).memory,
    async stop() {
      child.stdin?.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
