import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type Keyturn, startKeyturn, until } from './start-keyturn.ts';

let folder: string;
let keyturn: Keyturn;

beforeAll(async () => {
  folder = await createScratchFolder('lock');
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    database: `sqlite:${join(folder, 'keyturn.sqlite')}`,
    configuration: { guard: GENEROUS_LIMITS },
  });
});
afterAll(async () => {
  await keyturn.close();
  await removeScratchFolder(folder);
});

interface LockHolder {
  /** Lets go, and waits until the process has ended. */
  letGo(): Promise<void>;
}

/** Another process that writes, as a shell or a backup does. */
async function holdWriteLock(): Promise<LockHolder> {
  const program = `
    const file = new (require('better-sqlite3'))(process.argv[1], { timeout: 60000 });
    file.exec('begin immediate');
    process.stdout.write('held');
    process.stdin.on('end', () => { file.exec('rollback'); file.close(); }).resume();`;
  const child = spawn(process.execPath, ['--eval', program, join(folder, 'keyturn.sqlite')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    async letGo() {
      child.stdin.end();
      await ended;
    },
  };
}

const status = async (path: string): Promise<number> => (await fetch(`${keyturn.url}${path}`)).status;

it('a lock that another process holds stops those who write, and nobody else', async () => {
  await addPerson(keyturn, 'lea');
  const holder = await holdWriteLock();
  let answered = false;
  const started = status('/readyz').then((code) => {
    answered = true;
    return code;
  });
  // A turn of the event loop that stands still for the lock would take all of SQLite's five seconds.
  let slowest = 0;
  for (let look = 0; look < 20 && !answered; look += 1) {
    const askedAt = performance.now();
    expect(await status('/healthz')).toBe(200);
    slowest = Math.max(slowest, performance.now() - askedAt);
  }
  expect(slowest).toBeLessThan(4_000);
  await holder.letGo();
  // Whether it was waited for long enough is a matter of how busy this machine is.
  expect([200, 503]).toContain(await started);
});

it('is waited for once, however many come, and is over when it is over', async () => {
  const holder = await holdWriteLock();
  const askedAt = performance.now();
  const codes = await Promise.all(
    Array.from({ length: 10 }, async () =>
      startJourney(keyturn.url, 'lea').then(
        () => 'started',
        () => 'refused',
      ),
    ),
  );
  // Five seconds for all. One after the other they would take fifty.
  expect(performance.now() - askedAt).toBeLessThan(25_000);
  expect(new Set(codes)).toEqual(new Set(['refused']));
  expect(await status('/readyz')).toBe(503);
  await holder.letGo();
  await until(async () => (await status('/readyz')) === 200, 'it to be ready again', 60_000);
  expect((await startJourney(keyturn.url, 'lea')).step.kind).toBeDefined();
});
