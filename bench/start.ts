import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { claimFreePort } from '../test/servers/free-address.ts';
import { startProcess } from '../test/servers/processes.ts';
import { ALLOCATOR, NODE_OPTIONS } from './node-options.ts';
import { PROGRAM } from './product.ts';
import { residentMegabytes } from './resident.ts';
import { median } from './statistics.ts';

/** Milliseconds until a process that has answered once counts as idle. */
const idleAfter = 5000;

/** Start and idle memory of `keyturn demo` with its embedded directory. */
export interface StartResult {
  readonly starts: number;
  /** Milliseconds from starting the program to its first answer; its data are there from an earlier start. */
  readonly firstResponse: number;
  /** The same on an empty folder: the database is made and the sample people are enrolled. */
  readonly firstResponseEmpty: number;
  /** Megabytes (10^6 bytes) resident when idle. */
  readonly idleMemory: number;
}

export async function measureStart(starts = 5): Promise<StartResult> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
  try {
    const { firstResponse: firstResponseEmpty } = await startOnce(folder, 0);
    const answers: number[] = [];
    for (let count = 1; count < starts; count += 1) answers.push((await startOnce(folder, 0)).firstResponse);
    const last = await startOnce(folder, idleAfter);
    return { starts, firstResponse: median([...answers, last.firstResponse]), firstResponseEmpty, idleMemory: last.memory };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startOnce(folder: string, idle: number): Promise<{ firstResponse: number; memory: number }> {
  const claim = await claimFreePort();
  const begun = performance.now();
  const args = [...NODE_OPTIONS, PROGRAM, 'demo', '--port', String(claim.port), '--data', join(folder, 'data')];
  const env = { ...ALLOCATOR, NODE_COMPILE_CACHE: join(folder, 'compiled') };
  const server = await startProcess({ command: process.execPath, args, env, logFile: join(folder, 'log') });
  try {
    while (!(await answers(claim.port))) {
      if (!server.isRunning()) throw new Error(`keyturn demo ended: ${await readFile(server.logFile, 'utf8')}`);
      await delay(2);
    }
    const firstResponse = performance.now() - begun;
    await delay(idle);
    return { firstResponse, memory: await residentMegabytes(server.pid) };
  } finally {
    await server.stop();
    claim.release();
  }
}

/** Whether the server says that it can serve. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, path: '/readyz' }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode === 200));
    });
    outgoing.on('error', () => resolve(false));
    outgoing.end();
  });
}
