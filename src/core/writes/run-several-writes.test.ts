import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManualClock } from '../../../test/manual-clock.ts';
import type { PaperDirectory } from '../../../test/paper-directory.ts';
import { ALICE, eventsOf, OTHER, openPaperWorld, type PaperWorld, REF, runOnPaper, writeDeps } from '../../../test/paper-world.ts';
import type { Store } from '../ports/store.ts';
import type { WriteIntent, WriteResult, WriteVerb } from './directory-write.ts';
import { prepareWrites } from './prepare-writes.ts';

let world: PaperWorld;
let store: PaperWorld['store'];
let clock: ManualClock;
let paper: PaperDirectory;
let cloud: PaperDirectory;

beforeEach(async () => {
  world = await openPaperWorld();
  ({ store, clock, paper, cloud } = world);
});
afterEach(async () => {
  await store.close();
});

const run = (verb: WriteVerb, changes: Parameters<typeof runOnPaper>[2], refs: (typeof REF)[]) => runOnPaper(world, verb, changes, refs);
const events = () => eventsOf(world);
const types = async () => (await events()).map(({ type }) => type);

describe('a write to several accounts', () => {
  it('is done in one order, whoever names them in whichever, in the widest window of their directories', async () => {
    Object.assign(cloud.directory, { timeLimits: { toBegin: 3000, request: 5000 } });
    const consumed: WriteIntent[] = [];
    const began = clock.now();
    const consume = (_store: Store, intents: WriteIntent[]) => Promise.resolve(void consumed.push(...intents));
    const concluded: WriteResult[] = [];
    const conclude = (_store: Store, all: WriteResult[]) => Promise.resolve(void concluded.push(...all));
    const results = await run('reset-password', { consume, conclude, session: 's1' }, [REF, OTHER]);
    expect(results.map(({ status, server, intent: { account } }) => [status, server, account])).toEqual([
      ['done', 'cloud', OTHER],
      ['done', 'one', REF],
    ]);
    expect(consumed).toEqual(results.map(({ intent }) => intent));
    expect(concluded).toEqual(results);
    for (const { session, window } of consumed)
      expect([session, window]).toEqual(['s1', expect.objectContaining({ notAfter: began + 8000, leaseUntil: began + 13_000 })]);
    expect(await types()).toEqual(['write.intended', 'write.intended', 'write.succeeded', 'write.succeeded']);
    expect((await run('reset-password', {}, [OTHER, REF])).map(({ intent: { account } }) => account)).toEqual([OTHER, REF]);
  });

  it('leaves out the one that is being written to, says so, and does the rest', async () => {
    cloud.fates = ['request-lost'];
    await run('reset-password', {}, [OTHER]);
    const consumed: WriteIntent[] = [];
    const consume = (_store: Store, intents: WriteIntent[]) => Promise.resolve(void consumed.push(...intents));
    const results = await run('reset-password', { consume, journeyId: 'j1' }, [REF, OTHER]);
    expect(results.map(({ status, foundBy, reason, intent: { account } }) => ({ status, foundBy, reason, account }))).toEqual([
      { status: 'failed', foundBy: 'answer', reason: 'account.write-open', account: OTHER },
      { status: 'done', foundBy: 'answer', reason: undefined, account: REF },
    ]);
    expect(consumed.map(({ account }) => account)).toEqual([REF]);
    expect([cloud.asked, paper.asked]).toEqual([['cloud'], ['one']]);
    const [notBegun] = (await events()).filter(({ type }) => type === 'write.not-begun');
    expect(notBegun).toEqual({
      ...{ type: 'write.not-begun', journey: 'j1', actor: { kind: 'journey' }, account: OTHER, verb: 'reset-password' },
      reason: 'account.write-open',
    });
    expect((await types()).slice(2)).toEqual(['write.intended', 'write.not-begun', 'write.succeeded']);
    // What was left out is open still, by the write that is under way.
    expect(await store.intents.openCount()).toBe(1);
  });

  it('tells of no journey where there was none', async () => {
    cloud.fates = ['request-lost'];
    await run('reset-password', {}, [OTHER]);
    await run('reset-password', {}, [REF, OTHER]);
    expect((await events()).filter((event) => 'journey' in event)).toEqual([]);
  });

  it('is not begun where it leaves none, and names the directory of the first that was asked for', async () => {
    [cloud.fates, paper.fates] = [['request-lost'], ['request-lost']];
    await run('reset-password', {}, [REF, OTHER]);
    await expect(run('reset-password', {}, [REF, OTHER])).rejects.toMatchObject({ details: { directory: 'people' } });
    await expect(run('reset-password', {}, [OTHER, REF])).rejects.toMatchObject({ details: { directory: 'cloud' } });
  });

  it('is none where there are no accounts', async () => {
    const consumed: WriteIntent[][] = [];
    const consume = (_store: Store, intents: WriteIntent[]) => Promise.resolve(void consumed.push(intents));
    expect(await run('reset-password', { consume }, [])).toEqual([]);
    expect([consumed, await types()]).toEqual([[[]], []]);
  });
});

describe('preparing', () => {
  it('names everybody who may not be written to', async () => {
    expect(await prepareWrites(writeDeps(world), [REF])).toMatchObject({ prepared: [{ server: 'one', account: ALICE }], barred: [] });
    paper.protected = true;
    expect((await prepareWrites(writeDeps(world), [REF])).barred).toEqual([{ account: REF, reason: 'account-protected' }]);
    paper.protected = false;
    expect((await prepareWrites(writeDeps(world), [REF, { ...REF, id: 'b2' }])).barred).toEqual([]);
  });
});
