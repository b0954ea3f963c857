import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors.ts';
import { type AccessWorld, openAccessWorld } from '../../../../test/access-world.ts';
import { asTaken, journeyRow } from '../../../../test/store/fixture.ts';
import type { AuditEvent } from '../../audit/events.ts';
import { recordEvent } from '../../audit/record-event.ts';
import { queueMail } from '../../notify/queue-mail.ts';
import { queueNotice } from '../../notify/queue-notice.ts';
import type { AccountRef } from '../../ports/directory.ts';
import type { FirstReset } from './first-reset.ts';
import { showFirstReset } from './show.ts';

const ADDRESS = 'tess@example.test';
let world: AccessWorld;
let account: AccountRef;
let journey: string;
beforeAll(async () => {
  world = await openAccessWorld();
});
afterAll(() => world.store.close());
beforeEach(async () => {
  world.changeBack();
  world.clock.advance(3_600_000);
  account = await world.person({ mail: ADDRESS });
  journey = await begun({});
});

/** A journey at a step, which nobody has answered. */
async function begun(step: object, changes: Parameters<typeof journeyRow>[0] = {}): Promise<string> {
  const now = world.clock.now();
  const row = journeyRow({ state: JSON.stringify({ step }), createdAt: now, expiresAt: now + 1000, ...changes });
  await world.store.journeys.insert(row);
  return row.id;
}
const reset = (changes: Partial<FirstReset> = {}): FirstReset => {
  const madeAt = world.clock.now();
  const link = { id: 'l', digest: 'd', madeAt, endsAt: madeAt + 5, opened: 1, journey, logEnd: 0, threat: null };
  const person = { ...account, login: 'tess', name: 'Tess' };
  return { invitation: null, publicUrl: '', endsAt: 99, linksMade: 2, person, link, ...changes };
};
const show = (changes: Partial<FirstReset> = {}) => showFirstReset(world.deps(), reset(changes));
const progress = async () => (await show()).progress;
/** An event about a write to the test person, in their journey unless told. @returns its number */
async function wrote(outcome: string, more: object = {}): Promise<number> {
  const about = { intent: 'i', journey, actor: { kind: 'system' }, account, verb: 'reset-password', foundBy: 'answer' };
  await world.store.transaction((store) => recordEvent(store, world.clock, { type: `write.${outcome}`, ...about, ...more } as AuditEvent));
  return (await world.store.audit.head()).seq;
}
const NOTHING = { isOpened: false, written: 'waiting', problem: null, notice: null, event: null };
const opened = { isOpened: true, notice: null, event: null };

describe('the last step, as its page shows it', () => {
  it('has nobody until somebody is named, and says how many links are left', async () => {
    const { person: _, link: __, ...rest } = reset();
    expect(await showFirstReset(world.deps(), rest)).toEqual({
      person: null,
      trouble: null,
      progress: NOTHING,
      linkEndsAt: null,
      linksLeft: 3,
      endsAt: 99,
    });
  });

  it('has who was named, with as many addresses as the notice goes to, and how long the link is good', async () => {
    const { link } = reset();
    const { journey: _, ...unopened } = link as NonNullable<typeof link>;
    expect(await show({ link: unopened })).toEqual({
      ...{ person: { login: 'tess', name: 'Tess', directory: 'people', addresses: 1 }, trouble: null, progress: NOTHING },
      ...{ linkEndsAt: world.clock.now() + 5, linksLeft: 3, endsAt: 99 },
    });
    const { link: __, ...unlinked } = reset();
    expect(await showFirstReset(world.deps(), unlinked)).toMatchObject({ person: { login: 'tess' }, progress: NOTHING, linkEndsAt: null });
    account = { directory: 'people', id: 'gone' };
    expect((await show({ link: unopened })).person?.addresses).toBe(0);
  });

  it('waits while nothing was written', async () => {
    expect(await progress()).toEqual({ ...opened, written: 'waiting', problem: null });
  });

  it.each<[string, () => Promise<string>]>([
    ['has run out', () => begun({}, { expiresAt: world.clock.now() })],
    ['has ended', () => begun({}, { status: 'ended' })],
    ['is gone', () => Promise.resolve('gone')],
  ])('has failed where the journey %s', async (_, makes) => {
    journey = await makes();
    expect(await progress()).toEqual({ ...opened, written: 'failed', problem: { code: 'journey.expired', detail: null } });
  });

  it('has failed where the journey was refused, for its reason', async () => {
    journey = await begun({ kind: 'refused', code: 'account.locked' }, { status: 'ended' });
    expect(await progress()).toEqual({ ...opened, written: 'failed', problem: { code: 'account.locked', detail: null } });
  });

  it.each([
    ['intended', 'under-way'],
    ['unanswered', 'under-way'],
  ])('is under way where the write is %s', async (outcome, written) => {
    await wrote(outcome);
    expect(await progress()).toEqual({ ...opened, written, problem: null });
  });

  it('is not known where the directory did not say', async () => {
    await wrote('unknown', { reason: 'directory.outcome-unknown', detail: 'no answer' });
    const problem = { code: 'directory.outcome-unknown', detail: 'no answer' };
    expect(await progress()).toEqual({ ...opened, written: 'unknown', problem });
  });

  it('has failed where the directory refused, for its reason; or another password is asked for', async () => {
    await wrote('refused', { reason: 'password.in-history', detail: 'history' });
    const problem = { code: 'password.in-history', detail: 'history' };
    expect(await progress()).toEqual({ ...opened, written: 'failed', problem });
    journey = await begun({ kind: 'new-password' });
    await wrote('refused', { reason: 'password.in-history' });
    expect(await progress()).toEqual({ ...opened, written: 'asked-again', problem: { ...problem, detail: null } });
    journey = await begun({});
    await wrote('failed');
    expect(await progress()).toEqual({ ...opened, written: 'failed', problem: { code: 'write.failed', detail: null } });
  });

  it('goes by the newest event of the write, in this journey', async () => {
    await wrote('intended');
    await wrote('refused', { reason: 'password.too-short' });
    await wrote('succeeded', { journey: 'another' });
    const about = { account, actor: { kind: 'system' as const }, journey };
    await world.store.transaction((store) => recordEvent(store, world.clock, { type: 'set-up.reset-link-opened', ...about }));
    expect(await progress()).toMatchObject({ written: 'failed', problem: { code: 'password.too-short' } });
  });

  it('is done where it was written, with the number of the event', async () => {
    const event = await wrote('succeeded');
    expect(await progress()).toEqual({ isOpened: true, written: 'done', problem: null, notice: 'taken', event });
  });
});

describe('the notice to the test person', () => {
  beforeEach(async () => {
    // What waits of earlier ones is not about this trial.
    world.clock.advance(1);
    await wrote('succeeded');
  });
  const notice = async () => (await progress()).notice;
  const queue = (to: AccountRef | null) =>
    queueNotice(world.deps(), world.store, { kind: 'password-was-reset', account: to, language: 'en' });
  const mail = (to: string) =>
    queueMail(world.deps(), world.store, {
      ...{ lane: 'notice', to, kind: 'emergency-retired', directory: null, language: 'en' },
      parameters: { author: 'a', reason: 'r', happenedAt: 0, organisation: 'o', contact: '' },
    });
  const leave = async (how: (id: string) => Promise<unknown>) => {
    for (const { id, createdAt } of await world.store.outbox.pending(1000, [])) if (createdAt === world.clock.now()) await how(id);
  };

  it('waits as one to the account, and as a mail to an address of theirs; and was taken by the mail server when it has left', async () => {
    await queue(account);
    expect(await notice()).toBe('waiting');
    await leave((id) => world.store.outbox.done(id, world.clock.now()));
    expect(await notice()).toBe('taken');
    await mail(ADDRESS);
    expect(await notice()).toBe('waiting');
    await leave(async (id) => world.store.outbox.giveUp(await asTaken(world.store, id), world.clock.now(), 'mail.refused'));
    expect(await notice()).toBe('failed');
    await mail(ADDRESS);
    expect(await notice(), 'one of two').toBe('failed');
  });

  it('is none of those to somebody else, nor of before', async () => {
    for (const other of [null, { ...account, id: randomUUID() }, { ...account, directory: 'cloud' }]) await queue(other);
    await mail('other@example.test');
    const before = { ...reset().link, madeAt: world.clock.now() } as NonNullable<FirstReset['link']>;
    expect(await notice()).toBe('taken');
    await queue(account);
    world.clock.advance(1);
    expect((await show({ link: before })).progress.notice, 'since the link was made').toBe('waiting');
    expect(await notice(), 'before it').toBe('taken');
  });

  it('is not known, once it has no row of its own, while the directory does not tell the addresses; nothing else is hidden', async () => {
    const down = new AppError('directory.unreachable', { problem: 'refused', fix: 'start it' });
    world.change('people', { readAccount: () => Promise.reject(down) });
    expect(await show()).toMatchObject({
      person: { login: 'tess', addresses: null },
      trouble: { code: 'directory.unreachable', problem: 'refused', fix: 'start it' },
      progress: { written: 'done', notice: 'not-known' },
    });
    await queue(account);
    expect(await notice()).toBe('waiting');
    world.change('people', { readAccount: () => Promise.reject(new TypeError('a fault')) });
    await expect(show()).rejects.toThrow(TypeError);
  });

  it('goes to nobody without an address', async () => {
    account = await world.person();
    await wrote('succeeded');
    await queue(account);
    expect(await notice()).toBe('nobody');
  });
});
