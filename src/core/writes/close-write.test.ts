import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../../test/manual-clock.ts';
import { intentRow, openTestStore, sessionRow, testKey } from '../../../test/store/fixture.ts';
import { systemRandom } from '../../platform/system-random.ts';
import { readLogEnd } from '../audit/log-end.ts';
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
const notices = async () => {
  const rows = await store.outbox.take('notice', clock.now(), clock.now(), 10);
  return rows.map(({ payload }) => JSON.parse(payload) as Record<string, unknown>);
};
const told = async () => (await notices()).length;

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
  expect((await store.intents.find(intent.id))?.status).toBe('done');
});

it('ends what was proven before a write that was taken for failed and was done, from the end of it on', async () => {
  const wrote = async (logEnd: number) => store.intents.wroteSince(intent.account, logEnd, { intent: 'another' });
  await store.transaction((inner) => closeWrite({ clock, random }, inner, { intent, status: 'failed', foundBy: 'reading' }));
  const before = await readLogEnd(store);
  expect(await wrote(before)).toBe(false);
  await store.transaction((inner) => closeWrite({ clock, random }, inner, { intent, status: 'done', foundBy: 'answer' }));
  expect([await wrote(before), await wrote(await readLogEnd(store))]).toEqual([true, false]);
});

it('takes nothing back from an owner who was told of a change, and corrects nothing by not knowing', async () => {
  await close('done');
  await close('failed');
  expect((await events()).at(-1)).toMatchObject({ type: 'write.corrected', earlier: 'done', outcome: 'failed' });
  expect((await store.intents.find(intent.id))?.status).toBe('done');
  await close('unknown');
  expect((await events()).map(({ type }) => type)).toEqual(['write.succeeded', 'write.corrected']);
  expect(await told()).toBe(1);
});

it('says nothing of an intent that there is not', async () => {
  intent = { ...intent, id: 'none' };
  expect([await close('open'), await close('done')]).toEqual([false, false]);
  expect(await events()).toEqual([]);
});

it('writes down all that is known of it, and nothing of what is not', async () => {
  const { id, account, actor, verb } = intent;
  await close('refused');
  intent = { ...intent, journeyId: 'j1' };
  await close('done', { foundBy: 'answer', server: 'one', unmet: ['must-change'] });
  await close('failed', { reason: 'directory.unreachable' });
  await close('refused', { reason: 'password.refused', detail: 'in its words', leftTemporary: true });
  const about = { intent: id, actor, account, verb };
  const journey = 'j1';
  expect(await events()).toEqual([
    { type: 'write.refused', ...about, foundBy: 'reading' },
    {
      ...{ type: 'write.corrected', ...about, journey, foundBy: 'answer', earlier: 'refused', outcome: 'done' },
      ...{ server: 'one', unmet: ['must-change'] },
    },
    {
      ...{ type: 'write.corrected', ...about, journey, foundBy: 'reading', earlier: 'done', outcome: 'failed' },
      ...{ reason: 'directory.unreachable' },
    },
    {
      ...{ type: 'write.corrected', ...about, journey, foundBy: 'reading', earlier: 'done', outcome: 'refused' },
      ...{ reason: 'password.refused', detail: 'in its words', leftTemporary: true },
    },
  ]);
});

describe('the owner', () => {
  const helped = { kind: 'delegate', login: 'frida' } as const;
  const own = { kind: 'self' } as const;
  it.each<[WriteIntent['verb'], WriteIntent['actor'], WriteResult['status'], object]>([
    ['reset-password', own, 'done', { kind: 'password-was-reset' }],
    ['change-password', own, 'done', { kind: 'password-was-changed' }],
    ['unlock-account', own, 'done', { kind: 'account-was-unlocked' }],
    ['reset-password', own, 'unknown', { kind: 'password-may-have-been-reset' }],
    ['change-password', own, 'unknown', { kind: 'password-may-have-been-reset' }],
    ['unlock-account', own, 'unknown', { kind: 'account-may-have-been-unlocked' }],
    ['reset-password', helped, 'done', { kind: 'password-was-reset-for-you', helper: 'frida' }],
    ['unlock-account', helped, 'done', { kind: 'account-was-unlocked-for-you', helper: 'frida' }],
    ['unlock-account', { kind: 'delegate' }, 'done', { kind: 'account-was-unlocked-for-you', helper: '' }],
    ['reset-password', helped, 'unknown', { kind: 'password-may-have-been-reset' }],
    ['change-password', helped, 'done', { kind: 'password-was-changed' }],
  ])('is told of %s by %j that is %s', async (verb, actor, status, expected) => {
    intent = { ...intent, verb, actor, language: 'de' };
    await close(status);
    const happenedAt = clock.now();
    expect(await notices()).toEqual([{ ...expected, lane: 'notice', account: intent.account, language: 'de', happenedAt }]);
  });
});

describe('sessions of the account', () => {
  beforeEach(async () => {
    const { directory, id: accountId } = intent.account;
    for (const id of ['one', 'two'])
      await store.sessions.insert(sessionRow({ id, directory, accountId, createdAt: clock.now(), endsAt: clock.now() + 1_000_000 }));
  });
  const ended = async () => {
    const open = (await store.sessions.ofAccount(intent.account, clock.now())).map(({ id }) => id);
    return ['one', 'two'].filter((id) => !open.includes(id));
  };
  const both = ['one', 'two'];

  it.each<[WriteIntent['verb'], WriteResult['status'], Partial<WriteResult>, boolean]>([
    ['reset-password', 'done', {}, true],
    ['reset-password', 'unknown', {}, true],
    ['reset-password', 'failed', {}, false],
    ['reset-password', 'refused', {}, false],
    ['reset-password', 'refused', { leftTemporary: true }, true],
    ['change-password', 'done', {}, true],
    ['unlock-account', 'done', {}, false],
    ['unlock-account', 'unknown', {}, false],
  ])('after %s that is %s %j end: %s', async (verb, status, changes, expected) => {
    intent = { ...intent, verb, actor: { kind: 'self', address: '192.0.2.1' } };
    await close(status, changes);
    expect(await ended()).toEqual(expected ? both : []);
    const all = { type: 'session.all-ended', account: intent.account, because: 'password-changed', actor: intent.actor, count: 2 };
    expect((await events()).slice(1)).toEqual(expected ? [all] : []);
  });

  it('go on in which it was done, but not where it is not known', async () => {
    intent = { ...intent, session: 'two' };
    await close('done');
    expect(await ended()).toEqual(both.slice(0, 1));
    const next = intentRow({ directory: intent.account.directory, accountId: intent.account.id });
    await store.intents.insert(next);
    intent = { ...intentOfColumns(next), session: 'two' };
    await close('unknown');
    expect(await ended()).toEqual(both);
  });

  it('end by what turns out to have been written after all', async () => {
    await close('failed');
    expect(await ended()).toEqual([]);
    await close('done');
    expect(await ended()).toEqual(both);
  });
});
