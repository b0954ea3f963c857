import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

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

/** Another process that writes, as a shell or a backup does; it lets go when its input ends. */
async function holdWriteLock(): Promise<ChildProcess> {
  const program = `
    const file = new (require('better-sqlite3'))(process.argv[1], { timeout: 10000 });
    file.exec('begin immediate');
    process.stdout.write('held');
    process.stdin.on('end', () => { file.exec('rollback'); file.close(); }).resume();`;
  const child = spawn(process.execPath, ['--eval', program, join(folder, 'keyturn.sqlite')], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

it('a lock that another process holds stops those who write, and nobody else', async () => {
  await addPerson(keyturn, 'lea');
  const holder = await holdWriteLock();
  const started = startJourney(keyturn.url, 'lea');
  let answered = false;
  void started.then(() => {
    answered = true;
  });
  // A turn of the event loop that stands still for the lock would take all of SQLite's five seconds.
  const slowest = { milliseconds: 0 };
  for (let look = 0; look < 20; look += 1) {
    const askedAt = performance.now();
    expect((await fetch(`${keyturn.url}/healthz`)).status).toBe(200);
    slowest.milliseconds = Math.max(slowest.milliseconds, performance.now() - askedAt);
  }
  expect(answered).toBe(false);
  expect(slowest.milliseconds).toBeLessThan(2_500);
  holder.stdin?.end();
  await started;
  await once(holder, 'exit');
});

it('is not ready while it lasts longer than anybody waits', { timeout: 30_000 }, async () => {
  const holder = await holdWriteLock();
  const ready = await fetch(`${keyturn.url}/readyz`);
  expect(ready.status).toBe(503);
  holder.stdin?.end();
  await once(holder, 'exit');
  const deadline = Date.now() + 10_000;
  while ((await fetch(`${keyturn.url}/readyz`)).status !== 200) if (Date.now() > deadline) throw new Error('it is never ready again');
});
