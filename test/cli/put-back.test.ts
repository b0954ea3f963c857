import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startJourney } from '../scenarios/journey-client.ts';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { type Keyturn, startKeyturn } from '../scenarios/start-keyturn.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { runCommand, writeSettings } from './run-command.ts';

let folder: string;
let settings: string;
let file: string;
beforeEach(async () => {
  folder = await createScratchFolder('put-back');
  mkdirSync(join(folder, 'data'));
  file = join(folder, 'data', 'keyturn.sqlite');
  settings = writeSettings(folder, { database: { url: `sqlite:${file}` } });
});
afterEach(() => removeScratchFolder(folder));

const keyturn = (...argv: string[]) => runCommand(['--config', settings, ...argv]);

/** Runs a node for as long as the work takes. */
async function whileRunning(work: (node: Keyturn) => Promise<unknown> = () => Promise.resolve()): Promise<string[]> {
  const node = await startKeyturn({
    directories: [embeddedSection()],
    database: `sqlite:${file}`,
    key: new Uint8Array(Buffer.from(readFileSync(join(folder, 'key'), 'utf8'), 'base64')),
    noteHeadIn: join(folder, 'data'),
  });
  try {
    await work(node);
  } finally {
    await node.close();
  }
  return node.logLines.filter((line) => line.includes('audit.end-put-back'));
}

/** A backup is made, something happens behind it, and the backup is put back while no node runs. */
async function putBack(): Promise<void> {
  await whileRunning(async (node) => {
    await addPerson(node, 'lea');
    await node.enrol('lea');
  });
  expect((await keyturn('database', 'backup', join(folder, 'backup.sqlite'))).exitCode).toBe(0);
  await whileRunning((node) => startJourney(node.url, 'lea'));
  for (const beside of ['-wal', '-shm']) rmSync(`${file}${beside}`, { force: true });
  copyFileSync(join(folder, 'backup.sqlite'), file);
}

const verified = () => keyturn('audit', 'verify');

it('a database that was put back while no node ran is noticed, and told until somebody says why', async () => {
  await putBack();
  expect(await verified()).toMatchObject({ exitCode: 1, output: expect.stringContaining('the log ends before it') });
  expect((await keyturn('doctor')).output).toContain('The database is in an older state');

  expect(await whileRunning()).toHaveLength(1);
  // Once, whatever happens to nodes afterwards.
  expect(await whileRunning()).toEqual([]);
  expect(await verified()).toMatchObject({ exitCode: 1, output: expect.stringContaining('the end of the log was put back') });
  expect((await keyturn('doctor')).output).toContain('nobody has said why');

  const said = await keyturn('audit', 'acknowledge', '--reason', 'failover of db1');
  expect(said, said.errors).toMatchObject({ exitCode: 0 });
  const { exitCode, output } = await verified();
  expect([exitCode, output]).toEqual([
    0,
    expect.stringMatching(/Its end had been put back before event \d+ .*tester on .*: failover of db1/),
  ]);
  expect((await keyturn('doctor')).output).not.toContain('put back');
  expect(await keyturn('audit', 'acknowledge', '--reason', 'again')).not.toMatchObject({ exitCode: 0 });
});

it('a backup of which somebody has said that it was put back is no fault of the log', async () => {
  await putBack();
  expect((await keyturn('database', 'restored', '--reason', 'the disk failed')).exitCode).toBe(0);
  expect(await whileRunning()).toEqual([]);
  expect(await verified()).toMatchObject({ exitCode: 0 });
  // What comes after that is noticed again.
  for (const beside of ['-wal', '-shm']) rmSync(`${file}${beside}`, { force: true });
  copyFileSync(join(folder, 'backup.sqlite'), file);
  expect(await whileRunning()).toHaveLength(1);
});
