import { ChildProcess } from 'node:child_process';
import { Server } from 'node:net';
import { afterAll, beforeAll } from 'vitest';

/** What is being closed may take so long; milliseconds. */
const PATIENCE = 10_000;

/**
 * After each test file that shares its process with others: what it has left running, which would go on beside the next one, is a failure of
 * that file. A node that was not closed still listens, and a server that was not stopped is a child. Node.js has no documented way to name
 * what keeps a process going; `getActiveResourcesInfo` tells kinds alone, and counts those of Vitest.
 */
let before: ReadonlySet<object> = new Set();
beforeAll(() => {
  before = new Set(running());
});
afterAll(async () => {
  const left = () => running().filter((each) => !before.has(each));
  for (const end = performance.now() + PATIENCE; left().length > 0 && performance.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 50));
  if (left().length > 0) throw new Error(`this file leaves running: ${left().map(describe).join(', ')}`);
}, 2 * PATIENCE);

function running(): (Server | ChildProcess)[] {
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles(): object[] };
  return handles
    .call(process)
    .filter((each) => (each instanceof Server && each.listening) || (each instanceof ChildProcess && each.exitCode === null)) as (
    | Server
    | ChildProcess
  )[];
}

function describe(each: Server | ChildProcess): string {
  if (each instanceof ChildProcess) return `the process ${each.spawnargs.slice(0, 3).join(' ')} (${each.pid})`;
  const address = each.address();
  return `a server at ${typeof address === 'string' ? address : `port ${address?.port}`}`;
}
