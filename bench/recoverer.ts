import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { createHttpClient } from './http-client.ts';
import type { finish, proveFully } from './journey.ts';
import type { startProduct } from './product.ts';
import { residentMegabytes } from './resident.ts';
import type { Batch } from './statistics.ts';

/**
 * Keyturn as one source tree has it, and the clients of its whole recoveries, in a process of its own: `node recoverer.ts TREE SECTION [DATABASE]`, with
 * what its server's Node.js is told beside in KEYTURN_BENCH_NODE_OPTIONS.
 * For each line with the logins of accounts (JSON) it enrols them, lets eight clients recover all of them with a mailed code and an
 * authenticator, and prints a line with what that took. The tree may be one of an older commit, with a bench of its own.
 */
export interface Recovered extends Batch {
  /** Milliseconds of processor time that the server took, all of its threads. */
  readonly cpu: number;
  /** The same by the names of the threads, as proc(5) has them. */
  readonly threads: Readonly<Record<string, number>>;
  /** Megabytes (10^6 bytes) resident afterwards. */
  readonly memory: number;
  /** Microseconds of the monotonic clock, which all processes of a machine share: the first request and the last answer. */
  readonly span: readonly [number, number];
}

const CLIENTS = 8;
/** Clock ticks a second of proc(5), on every Linux that Node.js runs on. */
const TICK = 10;

const [tree = '', section = '', databaseUrl] = process.argv.slice(2);
const load = (name: string): Promise<unknown> => import(join(tree, 'bench', name));
const bench = {
  ...((await load('product.ts')) as { startProduct: typeof startProduct }),
  ...((await load('journey.ts')) as { proveFully: typeof proveFully; finish: typeof finish }),
  ...((await load('http-client.ts')) as { createHttpClient: typeof createHttpClient }),
};
const product = await bench.startProduct({
  directory: JSON.parse(section),
  ...(databaseUrl === undefined ? {} : { databaseUrl }),
  recovery: { holdMilliseconds: 0, settleMilliseconds: 0 },
  nodeOptions: process.env.KEYTURN_BENCH_NODE_OPTIONS?.split(' ') ?? [],
});
const http = bench.createHttpClient(product.url);
const server = await onlyChild();
process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) {
  process.stdout.write(`${JSON.stringify(await recoverAll(JSON.parse(line) as string[]))}\n`);
}
http.close();
await product.close();

async function recoverAll(logins: readonly string[]): Promise<Recovered> {
  const people = [];
  for (const login of logins) people.push(await product.enrol(login));
  await product.settle();
  const before = await cpuOf(server);
  const threadsBefore = await cpuOfThreads(server);
  const latencies: number[] = [];
  const waiting = people.values();
  const begun = performance.now();
  const from = microseconds();
  const client = async (): Promise<void> => {
    for (const person of waiting) {
      const start = performance.now();
      await bench.finish(http, await bench.proveFully(http, person, 'reset-password'), { password: `Fresh-${crypto.randomUUID()}-9` });
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const elapsed = performance.now() - begun;
  // The notices belong to the recoveries.
  await product.settle();
  const threads: Record<string, number> = {};
  for (const [id, { name, cpu }] of await cpuOfThreads(server)) {
    threads[name] = (threads[name] ?? 0) + cpu - (threadsBefore.get(id)?.cpu ?? 0);
  }
  const cpu = (await cpuOf(server)) - before;
  return { latencies, elapsed, cpu, threads, memory: await residentMegabytes(server), span: [from, microseconds()] };
}

function microseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

async function onlyChild(): Promise<string> {
  const tasks = await readdir('/proc/self/task');
  const children = await Promise.all(tasks.map((task) => readFile(`/proc/self/task/${task}/children`, 'utf8')));
  const [child] = children.join(' ').split(' ').filter(Boolean);
  if (child === undefined) throw new Error('the server is not a child of this process');
  return child;
}

/** utime and stime of proc(5); the name of the program, which may hold spaces, is before them. */
async function cpuOf(task: string): Promise<number> {
  const fields = (await readFile(`/proc/${task}/stat`, 'utf8')).split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}

async function cpuOfThreads(pid: string): Promise<Map<string, { name: string; cpu: number }>> {
  const threads = new Map<string, { name: string; cpu: number }>();
  for (const id of await readdir(`/proc/${pid}/task`)) {
    const task = `${pid}/task/${id}`;
    const name = await readFile(`/proc/${task}/comm`, 'utf8').catch(() => null);
    // One that has ended meanwhile.
    if (name !== null) threads.set(id, { name: name.trim(), cpu: await cpuOf(task) });
  }
  return threads;
}
