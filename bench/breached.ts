import { spawn } from 'node:child_process';
import { createHash, hash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBreachedFile } from '../src/breached/breached-file.ts';
import { createScratchFolder, removeScratchFolder } from '../test/servers/scratch.ts';
import { ALLOCATOR, NODE_OPTIONS } from './node-options.ts';
import { PROGRAM } from './product.ts';
import { residentMegabytes } from './resident.ts';
import { summarise } from './statistics.ts';

/** Questions of each kind. */
const LOOKS = 4000;
/** Lines that are written to the list at once. */
const TOGETHER = 20_000;
/** Milliseconds between two looks at the memory. */
const EVERY = 50;
/** What a look-up reads, three times (decision 0047). */
const BLOCK = 4096;

type Times = Pick<ReturnType<typeof summarise>, 'median' | 'p95'>;

/** `keyturn breached import` of a list in the form of the public ones, and questions to what it made. Times in milliseconds. */
export interface BreachedResult {
  readonly hashes: number;
  /** Seconds of the import, and of reading the same list for its SHA-256 and nothing else. */
  readonly seconds: number;
  readonly bareSeconds: number;
  readonly bytesPerHash: number;
  /** Largest resident memory of the import, megabytes. */
  readonly memory: number;
  readonly found: Times;
  readonly notFound: Times;
  /** Three blocks of the same file, read one after the other from anywhere. */
  readonly bare: Times;
  /** Of so many passwords that are not in the list one was taken for one of it; Infinity where none was. */
  readonly falseAlarm: number;
}

/** Needs 12 bytes a hash of room in the temporary folder, and 44 for the list. */
export async function measureBreached(hashes: number): Promise<BreachedResult> {
  const folder = await createScratchFolder('bench-breached');
  try {
    const [list, file] = [join(folder, 'list.txt'), join(folder, 'breached.filter')];
    await pipeline(lines(hashes), createWriteStream(list));
    const bareSeconds = await secondsOf(() => pipeline(createReadStream(list), createHash('sha256')));
    let memory = 0;
    const seconds = await secondsOf(async () => {
      memory = await importList(list, file);
    });
    return { hashes, seconds, bareSeconds, bytesPerHash: (await stat(file)).size / hashes, memory, ...(await ask(file, hashes)) };
  } finally {
    await removeScratchFolder(folder);
  }
}

function* lines(hashes: number): Generator<string> {
  for (let first = 0; first < hashes; first += TOGETHER) {
    const count = Math.min(TOGETHER, hashes - first);
    yield Array.from({ length: count }, (_, nth) => `${hash('sha1', breached(first + nth)).toUpperCase()}:1\r\n`).join('');
  }
}

function breached(nth: number): string {
  return `breached ${nth}`;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** Imports as the service would, which is what the units and images set; the largest resident memory, megabytes. */
async function importList(list: string, file: string): Promise<number> {
  const importing = spawn(process.execPath, [...NODE_OPTIONS, PROGRAM, 'breached', 'import', list, '--file', file], {
    env: { ...process.env, ...ALLOCATOR },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(importing, 'close');
  let most = 0;
  const look = setInterval(async () => {
    const memory = await residentMegabytes(importing.pid ?? 0);
    if (memory > most) most = memory;
  }, EVERY);
  const [code] = await ended.finally(() => clearInterval(look));
  if (code !== 0) throw new Error(`the import ended with ${code}`);
  return most;
}

async function ask(file: string, hashes: number): Promise<Pick<BreachedResult, 'found' | 'notFound' | 'bare' | 'falseAlarm'>> {
  const { look } = createBreachedFile(file, { info: () => {}, warn: () => {}, error: () => {} });
  const bare = await open(file, 'r');
  try {
    const { size } = await bare.stat();
    const block = Buffer.alloc(BLOCK);
    const anywhere = () => Math.floor((Math.random() * size) / BLOCK) * BLOCK;
    let alarms = 0;
    const times: Record<'found' | 'notFound' | 'bare', number[]> = { found: [], notFound: [], bare: [] };
    const timed = async <T>(kind: keyof typeof times, work: () => Promise<T>): Promise<T> => {
      const begun = performance.now();
      const outcome = await work();
      times[kind].push(performance.now() - begun);
      return outcome;
    };
    // In turns, so that whatever else the machine does is for all of them.
    for (let nth = 0; nth < LOOKS; nth += 1) {
      await timed('bare', async () => {
        for (let read = 0; read < 3; read += 1) await bare.read(block, 0, BLOCK, anywhere());
      });
      const known = breached(Math.floor(Math.random() * hashes));
      const found = await timed('found', () => look(known));
      if (found !== 'breached') throw new Error(`${known} of the list is ${found}`);
      const other = await timed('notFound', () => look(`another one ${nth}`));
      if (other === 'not-known') throw new Error('the file cannot be asked');
      if (other === 'breached') alarms += 1;
    }
    const summary = (latencies: number[]): Times => {
      const { median, p95 } = summarise([{ latencies, elapsed: 1 }]);
      return { median, p95 };
    };
    const { found, notFound, bare: raw } = times;
    return { found: summary(found), notFound: summary(notFound), bare: summary(raw), falseAlarm: LOOKS / alarms };
  } finally {
    await bare.close();
  }
}
