import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createManualClock } from '../../../test/manual-clock.ts';
import { intentRow, openTestStore, testKey } from '../../../test/store/fixture.ts';
import { systemRandom } from '../../platform/system-random.ts';
import { closeWrite } from './close-write.ts';
import type { WriteIntent, WriteResult } from './directory-write.ts';
import { intentOfColumns } from './stored-intent.ts';

const clock = createManualClock();
const random = systemRandom;
let store: Awaited<ReturnType<typeof openTestStore>>;
let intent: WriteIntent;

beforeEach(async () => {
  store = await openTestStore('sqlite::memory:', testKey(randomBytes(4).toString('hex')));
  const row = intentRow();
  await store.intents.insert(row);
  intent = intentOfColumns(row);
});
afterEach(async () => {
  await store.close();
});

const close = (status: WriteResult['status'], changes: Partial<WriteResult> = {}) =>
  closeWrite({ clock, random }, store, { intent, status, foundBy: 'reading', ...changes });
const events = async () =>
  (await store.audit.read(0, 100)).map(({ type, data }) => ({ type, ...(JSON.parse(data) as Record<string, unknown>) }));
const told = async () => (await store.outbox.take('notice', clock.now(), clock.now(), 10)).length;

it.each([
  ['done', 'write.succeeded', 1],
  ['refused', 'write.refused', 0],
  ['failed', 'write.failed', 0],
  ['unknown', 'write.unknown', 1],
] as const)('%s closes the intent once, with one event, and tells the owner what may have changed', async (status, type, notices) => {
  expect(await close(status)).toBe(true);
  expect((await store.intents.find(intent.id))?.status).toBe(status);
  expect((await events()).map((event) => event.type)).toEqual([type]);
  expect((await events())[0]).not.toHaveProperty('earlier');
  expect(await close(status)).toBe(false);
  expect((await events()).length).toBe(1);
  expect(await told()).toBe(notices);
});

it('leaves what is not known yet to the sweeper, and says nothing of what is closed', async () => {
  expect(await close('open')).toBe(false);
  expect((await events()).map(({ type }) => type)).toEqual(['write.unanswered']);
  expect((await store.intents.find(intent.id))?.status).toBe('open');
  await close('done');
  expect(await close('open')).toBe(false);
  expect((await events()).map(({ type }) => type)).toEqual(['write.unanswered', 'write.succeeded']);
});

it('corrects what somebody else wrote down, and tells the owner what they were not told', async () => {
  await close('failed');
  expect(await told()).toBe(0);
  expect(await close('done', { foundBy: 'answer' })).toBe(false);
  expect((await events()).at(-1)).toMatchObject({ type: 'write.corrected', earlier: 'failed', outcome: 'done', foundBy: 'answer' });
  expect(await told()).toBe(1);
});

it('takes nothing back from an owner who was told of a change, and corrects nothing by not knowing', async () => {
  await close('done');
  await close('failed');
  expect((await events()).at(-1)).toMatchObject({ type: 'write.corrected', earlier: 'done', outcome: 'failed' });
  await close('unknown');
  expect((await events()).map(({ type }) => type)).toEqual(['write.succeeded', 'write.corrected']);
  expect(await told()).toBe(1);
});

it('says nothing of an intent that there is not', async () => {
  intent = { ...intent, id: 'none' };
  expect([await close('open'), await close('done')]).toEqual([false, false]);
  expect(await events()).toEqual([]);
});
