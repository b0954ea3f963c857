import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadSettings } from '../../src/config/load-settings.ts';
import type { Store } from '../../src/core/ports/store.ts';
import { openRuntime } from '../../src/main.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { asTaken } from '../store/fixture.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

let folder: string;
let settings: string;
const outbox = (...argv: string[]) =>
  runCommand(['--config', settings, 'outbox', ...argv], { environment: { USER: 'root', SUDO_USER: 'carol' } });
const withStore = async <T>(work: (store: Store) => Promise<T>): Promise<T> => {
  const runtime = await openRuntime(loadSettings(settings, {}).settings, { only: 'store' });
  try {
    return await work(runtime.store);
  } finally {
    await runtime.close();
  }
};
/** A mail that was given up. */
const givenUp = (id: string) =>
  withStore(async (store) => {
    const now = Date.now();
    const payload = JSON.stringify({ to: 'nina.secret@private.example', subject: 'x', text: '73915284' });
    await store.outbox.insert({ id, lane: 'bulk', kind: 'mail', payload, createdAt: now, runAt: now, expiresAt: null });
    await store.outbox.giveUp(await asTaken(store, id), now, 'mail.refused');
  });

beforeAll(async () => {
  folder = await createScratchFolder('outbox');
  settings = writeSettings(folder);
  const document = join(folder, 'configuration.yaml');
  writeFileSync(document, stringify(configurationDocument()));
  expect((await runCommand(['--config', settings, 'config', 'apply', document])).exitCode).toBe(0);
});
afterAll(() => removeScratchFolder(folder));

it('lists what has not left without what it says or whom it is for, has it tried again, and deletes it with a reason', async () => {
  expect((await outbox('list')).output).toBe('Nothing waits.\n');
  const found = async () => (await runCommand(['--config', settings, 'doctor'])).output;
  await givenUp('first');
  expect(await found()).toContain('1 message (bulk) was given up');
  await givenUp('second');
  expect(await found()).toContain('2 messages (bulk) were given up');
  const { output } = await outbox('list');
  expect(output).toMatch(/^first {2}\S+Z {2}given-up {2}bulk mail {2}n•••@p•••\.example {2}tries 0 {2}mail\.refused\nsecond /);
  const json = (await outbox('list', '--json')).output;
  expect(JSON.parse(json)).toMatchObject({ messages: [{ id: 'first', state: 'given-up' }, { id: 'second' }], more: false });
  for (const secret of ['73915284', 'nina', 'private']) expect(output + json).not.toContain(secret);

  expect(await outbox('retry')).toMatchObject({ exitCode: 2, errors: expect.stringContaining('Name messages, or say --all.') });
  expect((await outbox('retry', 'nobody-has-it')).errors).toContain('outbox.message-gone');
  expect((await outbox('retry', '--all')).output).toBe('To be tried at once: 2.\n');
  expect((await withStore((store) => store.outbox.find('first')))?.failedAt).toBeNull();

  await withStore(async (store) => store.outbox.giveUp(await asTaken(store, 'second'), Date.now(), 'mail.refused'));
  expect((await outbox('delete', 'second', '--reason', ' ')).errors).toContain('Say why.');
  expect((await outbox('delete', 'second', '--reason', 'closed for good')).output).toBe('Deleted.\n');
  expect((await outbox('delete', 'second', '--reason', 'again')).errors).toContain('outbox.message-gone');
  expect((await outbox('list')).output).toMatch(/^first /);
  const told = await runCommand(['--config', settings, 'audit', 'list']);
  expect(told.output).toMatch(/carol deleted a message that could not be delivered \(“closed for good”\)/);
  expect(told.output.match(/carol had a message tried again/g)).toHaveLength(2);
});

it('holds what tells the address for alarms that the console has taken it out', async () => {
  const apply = async (organisation: object) => {
    const file = join(folder, 'changed.yaml');
    const { organisation: own, ...document } = configurationDocument() as { organisation: object };
    writeFileSync(file, stringify({ ...document, organisation: { ...own, ...organisation } }));
    expect((await runCommand(['--config', settings, 'config', 'apply', file])).exitCode).toBe(0);
  };
  const queued = async () => {
    const { messages } = JSON.parse((await outbox('list', '--json')).output) as { messages: { lane: string; to: string }[] };
    return messages.filter(({ to }) => /example/.test(to)).map(({ lane, to }) => `${lane} ${to}`);
  };
  const before = await queued();
  await apply({ alarmAddress: 'security@alarms.example' });
  await apply({ alarmAddress: 'security@alarms.example', name: 'Another' });
  expect(await queued()).toEqual(before);
  await apply({ name: 'Another' });
  expect(await queued()).toEqual([...before, 'notice s•••@a•••.example']);
  const rolledBack = await runCommand(['--config', settings, 'config', 'rollback']);
  expect(rolledBack.exitCode).toBe(0);
  await runCommand(['--config', settings, 'config', 'rollback']);
  expect(await queued()).toHaveLength(before.length + 2);
});
