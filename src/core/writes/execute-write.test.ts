import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import type { ManualClock } from '../../../test/manual-clock.ts';
import { createPaperDirectory, type Fate, type PaperDirectory } from '../../../test/paper-directory.ts';
import { ALICE, onPaper, openPaperWorld, type PaperWorld, REF } from '../../../test/paper-world.ts';
import { closeWrite } from './close-write.ts';
import type { WriteIntent } from './directory-write.ts';
import { findOutcome } from './find-outcome.ts';

const unreachable: Fate = { nothingSent: 'directory.unreachable' };

let world: PaperWorld;
let store: PaperWorld['store'];
let clock: ManualClock;
let paper: PaperDirectory;
let slept: number[];
let logged: PaperWorld['logged'];

beforeEach(async () => {
  await open();
});
afterEach(async () => {
  await store.close();
});

async function open(kept?: PaperWorld['store']): Promise<void> {
  world = await openPaperWorld(kept);
  ({ store, clock, paper, slept, logged } = world);
}

const { deps, run, one, events, types, storedIntent } = onPaper(() => world);

describe('a server that is gone before anything was sent', () => {
  it('and had a lock that the next one does not know, leaves the lock: an unlock is not done there', async () => {
    paper.telling = { locked: true };
    paper.fates = [unreachable];
    paper.onWrite = () => void Object.assign(paper, { telling: { locked: false } });
    expect(await one('unlock-account')).toMatchObject({ status: 'failed', reason: 'directory.unreachable' });
    expect(paper).toMatchObject({ writes: 0, asked: ['one'] });
    // One that knows it too ends it.
    await open(store);
    paper.telling = { locked: true };
    paper.fates = [unreachable];
    expect(await one('unlock-account')).toMatchObject({ status: 'done', server: 'two' });
  });

  it.each(['unreachable', 'timed-out', 'read-only', 'plain-refused', 'tls-unknown-ca', 'service-account-refused'] as const)(
    'for %s is followed by the next one, of which the intent tells before it is asked',
    async (reason) => {
      paper.fates = [{ nothingSent: `directory.${reason}` }];
      paper.telling = { wholeSeconds: true, passwordSetAt: clock.now() };
      const seen: string[] = [];
      paper.onWrite = async (target) => {
        const [row] = await store.intents.takeOverdue(clock.now() + 60_000, clock.now() + 10_000, 5);
        const { server, before } = JSON.parse(row?.facts ?? '') as WriteIntent;
        seen.push(`${target.server} ${server} ${before.password}`);
        // Somebody writes meanwhile: the second reading is the one that counts.
        if (seen.length === 1) paper.telling = { ...paper.telling, password: 'other' };
      };
      const result = await one();
      expect(seen).toEqual(['one one password 0', 'two two other']);
      expect(result).toMatchObject({ status: 'done', server: 'two', intent: { server: 'two' } });
      expect(slept, 'on each server').toEqual([1000, 1000]);
      const error = expect.objectContaining({ code: `directory.${reason}` });
      const fields = { intent: result.intent.id, directory: 'people', server: 'one', error };
      expect(logged).toEqual([{ event: 'write.interrupted', fields }]);
    },
  );

  it.each<[string, () => unknown]>([
    ['there is no other one', () => {}],
    ['the next one is gone as well', () => void paper.fates.push(unreachable)],
    ['the time for it is over', () => clock.advance(8000)],
    ['the account is protected there', () => void Object.assign(paper, { protected: true })],
    ['none can be prepared', () => void Object.assign(paper, { unpreparable: new AppError('directory.unreachable') })],
    ['the owner has said "this was not me"', () => store.freezes.freeze(REF, 'not-me', clock.now())],
  ])('ends the write where %s', async (what, happens) => {
    if (what === 'there is no other one') {
      world.paper = createPaperDirectory(ALICE, ['one']);
      paper = world.paper;
    }
    paper.fates = [unreachable];
    paper.onWrite = async () => void (await happens());
    expect(await one()).toMatchObject({ status: 'failed', foundBy: 'answer', reason: 'directory.unreachable' });
    expect(paper.writes).toBe(0);
    expect(await types()).toEqual(['write.intended', 'write.failed']);
  });

  it('is the last one where the failure is not the server’s', async () => {
    paper.fates = [{ nothingSent: 'directory.no-right' }];
    expect(await one()).toMatchObject({ status: 'failed', reason: 'directory.no-right' });
    expect(paper.asked).toEqual(['one']);
  });

  it('is not followed by one of which the intent could not tell', async () => {
    paper.fates = [unreachable];
    paper.onWrite = async () => {
      // The sweeper took this process for dead and closed the intent.
      const [row] = await store.intents.takeOverdue(clock.now() + 60_000, clock.now() + 1, 5);
      await store.intents.close(row?.id ?? '', 'failed', clock.now());
    };
    expect((await one()).status).toBe('failed');
    expect(paper.asked).toEqual(['one']);
  });

  it('lets a fault of the program out', async () => {
    paper.fates = [unreachable];
    paper.onWrite = () => void Object.assign(paper, { unpreparable: new TypeError('a fault') });
    await expect(run()).rejects.toThrow(TypeError);
  });

  it('had a lock that the next one does not know: a password is set there all the same', async () => {
    paper.telling = { locked: true };
    paper.fates = [unreachable];
    paper.onWrite = () => void Object.assign(paper, { telling: { locked: false } });
    expect(await one('reset-password', { unlock: true })).toMatchObject({ status: 'done', server: 'two' });
  });

  it.each([false, null])('whose lock was told as %s leaves nothing behind that an unlock of the next one would miss', async (locked) => {
    paper.telling = { locked };
    paper.fates = [unreachable];
    expect(await one('unlock-account')).toMatchObject({ status: 'done', server: 'two' });
  });

  it('is followed at once where it unlocks: there is no password to be told from another one', async () => {
    paper.telling = { wholeSeconds: true, passwordSetAt: clock.now() };
    paper.fates = [unreachable];
    expect(await one('unlock-account')).toMatchObject({ status: 'done', server: 'two' });
    expect(slept).toEqual([]);
  });

  it.each([
    [true, { locks: 'everywhere' }],
    [false, {}],
  ])('decides, where it unlocks (%s), how far the next server looks for a lock', async (unlock, options) => {
    paper.fates = [unreachable];
    const { prepareWrite } = paper.directory;
    const asked: unknown[] = [];
    Object.assign(paper.directory, {
      prepareWrite: (...parameters: Parameters<typeof prepareWrite>) => {
        asked.push(parameters);
        return prepareWrite(...parameters);
      },
    });
    await one('reset-password', { unlock });
    expect(asked).toEqual([
      [REF, {}],
      [REF, options],
    ]);
  });
});

describe('an answer that never came', () => {
  it('is looked for on the server that was asked, which has no longer than its last request', async () => {
    paper.fates = ['request-lost'];
    paper.onWrite = () => clock.advance(1000);
    const began = clock.now();
    const { intent, status, reason } = await one();
    expect({ status, reason }).toEqual({ status: 'open', reason: 'directory.outcome-unknown' });
    expect(intent.window).toMatchObject({ leaseUntil: began + 3000, settledAt: began + 5000 });
    expect((await storedIntent(intent.id)).window).toEqual(intent.window);
    expect((await store.intents.find(intent.id))?.leaseUntil).toBe(began + 3000);
  });

  it('leaves its lease to this process where the outcome is found at once', async () => {
    paper.fates = ['answer-lost'];
    paper.onWrite = () => clock.advance(1000);
    const began = clock.now();
    const { intent, status } = await one();
    expect([status, (await store.intents.find(intent.id))?.leaseUntil]).toEqual(['done', began + 10_000]);
  });

  it.each([8000, 9500, 60_000])('keeps its window where it is given up after %i ms: the last request was sent in time', async (after) => {
    paper.fates = ['request-lost'];
    paper.onWrite = () => clock.advance(after);
    const began = clock.now();
    const { intent } = await one();
    expect(intent.window).toMatchObject({ leaseUntil: began + 10_000, settledAt: began + 12_000 });
    expect((await store.intents.find(intent.id))?.leaseUntil).toBe(began + 10_000);
  });

  it.each([new TypeError('a fault'), new AppError('store.unavailable'), new AppError('directory.outcome-unknown')])(
    'is an answer of no kind where something fails in the middle that no server said: %s',
    async (error) => {
      paper.onWrite = () => Promise.reject(error);
      expect(await one()).toMatchObject({ status: 'open', foundBy: 'reading' });
      expect(paper.asked).toEqual(['one']);
    },
  );

  it('is found out by reading, where it was done, as by an answer', async () => {
    paper.fates = ['answer-lost'];
    const { intent, ...result } = await one();
    expect(result).toEqual({ status: 'done', foundBy: 'reading', server: 'one' });
    expect(intent.server).toBe('one');
  });

  it('is taken for its own where the sweeper has given it up meanwhile', async () => {
    paper.fates = ['answer-lost'];
    paper.onWrite = async () => {
      const [row] = await store.intents.takeOverdue(clock.now() + 60_000, clock.now() + 1, 5);
      const intent = JSON.parse(row?.facts ?? '') as WriteIntent;
      await store.transaction((inner) => closeWrite(deps(), inner, { intent, status: 'unknown', foundBy: 'reading' }));
    };
    expect(await one()).toMatchObject({ status: 'done', foundBy: 'reading' });
    expect(await types()).toEqual(['write.intended', 'write.unknown', 'write.corrected']);
  });

  it('is taken for nobody’s where Keyturn wrote for somebody else meanwhile', async () => {
    paper.fates = ['request-lost', 'done'];
    const first = await one();
    clock.advance(1000);
    await store.intents.close(first.intent.id, 'unknown', clock.now());
    await one();
    expect((await findOutcome(deps(), first.intent)).status).toBe('unknown');
  });

  it.each([
    ['answer-lost', 'done'],
    ['request-lost', 'unknown'],
  ] as const)('of a change by the old password, where it was %s, is %s in the end', async (fate, ends) => {
    paper.fates = [fate];
    const { intent } = await one('change-password');
    clock.advance(intent.window.settledAt - clock.now());
    // It may have been written on another server than the one that is read: unchanged there is not "nothing was written".
    expect((await findOutcome(deps(), intent)).status).toBe(ends);
  });

  it.each<[Error, object]>([
    [new AppError('directory.unreachable'), { status: 'open', reason: 'directory.unreachable' }],
    [new AppError('directory.account-missing'), { status: 'unknown', reason: 'directory.account-missing' }],
    [new AppError('directory.not-configured'), { status: 'unknown', reason: 'directory.not-configured' }],
  ])('cannot be found out: %s', async (error, wanted) => {
    paper.fates = ['answer-lost'];
    paper.unreadable = error;
    const result = await one();
    expect(result).toMatchObject({ ...wanted, foundBy: 'reading', server: 'one' });
    const unreadable = { event: 'write.outcome-unreadable', fields: { intent: result.intent.id, directory: 'people', error } };
    expect(logged).toEqual([expect.objectContaining({ event: 'write.interrupted' }), ...(result.status === 'open' ? [unreadable] : [])]);
    clock.advance(result.intent.window.givenUpAt - clock.now());
    expect((await findOutcome(deps(), result.intent)).status).toBe('unknown');
  });

  it('says when a reset in two steps stopped after the first', async () => {
    paper.fates = ['answer-lost'];
    paper.onWrite = () => void Object.assign(paper.telling, { temporary: true });
    const { intent, status } = await one();
    expect(status).toBe('open');
    clock.advance(intent.window.settledAt - clock.now());
    expect(await findOutcome(deps(), intent)).toMatchObject({ status: 'refused', reason: 'password.refused', leftTemporary: true });
    expect((await findOutcome(deps(), { ...intent, mustChange: true })).status).toBe('unknown');
  });

  it('lets a fault of the program out', async () => {
    paper.fates = ['answer-lost'];
    paper.unreadable = new TypeError('a fault');
    await expect(run()).rejects.toThrow(TypeError);
  });
});

describe('what a directory answers', () => {
  it('is kept whole: a refusal with its reason, times and what it left', async () => {
    const outcome = { done: false, refusal: 'password.too-young', detail: 'min age', server: 'one', changeableAt: 5, leftTemporary: true };
    Object.assign(paper.directory, { resetPassword: () => Promise.resolve(outcome) });
    const { intent, ...result } = await one();
    const { done: _done, refusal: reason, ...kept } = outcome;
    expect(result).toEqual({ ...kept, reason, status: 'refused', foundBy: 'answer' });
    expect((await events()).at(-1)).toMatchObject({ intent: intent.id, reason, detail: 'min age', server: 'one', leftTemporary: true });
  });

  it('says what was to be done besides and was not', async () => {
    Object.assign(paper.directory, { resetPassword: () => Promise.resolve({ done: true, server: 'one', unmet: ['history'] }) });
    expect(await one()).toMatchObject({ status: 'done', unmet: ['history'] });
    expect((await events()).at(-1)).toMatchObject({ unmet: ['history'] });
  });
});
