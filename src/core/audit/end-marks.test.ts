import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../../test/manual-clock.ts';
import { openTestStore, testKey } from '../../../test/store/fixture.ts';
import type { Store } from '../ports/store.ts';
import { acknowledgeEnd } from './acknowledge-end.ts';
import { END_ACKNOWLEDGED_EVENT, END_NOT_AUTHENTIC_EVENT, END_PUT_BACK_EVENT, verifyChain } from './chain.ts';
import { readEndMarks } from './end-marks.ts';
import { readLogEnd } from './log-end.ts';

const clock = createManualClock();
let store: Awaited<ReturnType<typeof openTestStore>>;
beforeEach(async () => {
  store = await openTestStore('sqlite::memory:', testKey(randomBytes(4).toString('hex')));
});
afterEach(() => store.close());

/** Appends one event a second after the last; its time. */
async function append(type: string, facts: unknown): Promise<number> {
  clock.advance(1_000);
  await store.audit.append({ at: clock.now(), type, data: facts === null ? '' : JSON.stringify(facts) });
  return clock.now();
}
const putBack = (was = 9) => append(END_PUT_BACK_EVENT, { was });
const known = { author: 'root', reason: 'failover' };
const marksOf = async () => (await readEndMarks(store)).found.map(({ seq }) => seq);

describe('what the log says of its end', () => {
  it('is nothing where nothing was found', async () => {
    const nothing = { found: [], open: [], restoredAt: null };
    expect(await readEndMarks(store)).toEqual(nothing);
    await append('configuration.applied', { marks: [2], was: 4 });
    // That somebody else has written the end is no end that was put back: nothing can be said of it.
    await append(END_NOT_AUTHENTIC_EVENT, { was: 4 });
    expect(await readEndMarks(store)).toEqual(nothing);
  });

  it('is each time that it was put back, the newest first, and from where', async () => {
    const first = await putBack(9);
    await append('configuration.applied', {});
    const second = await putBack(12);
    expect(await readEndMarks(store)).toEqual({
      found: [
        { seq: 3, at: second, was: 12 },
        { seq: 1, at: first, was: 9 },
      ],
      open: [3, 1],
      restoredAt: null,
    });
  });

  it('is that it was put back from as far as the mark at least, where what it said was erased', async () => {
    await putBack();
    const at = await append(END_PUT_BACK_EVENT, null);
    expect((await readEndMarks(store)).found[0]).toEqual({ seq: 2, at, was: 2 });
  });

  it('leaves those open of which nobody has said why', async () => {
    for (let nth = 0; nth < 3; nth += 1) await putBack();
    await append(END_ACKNOWLEDGED_EVENT, { ...known, marks: [2] });
    expect(await readEndMarks(store)).toMatchObject({ found: [{ seq: 3 }, { seq: 2 }, { seq: 1 }], open: [3, 1] });
  });

  it.each([null, {}, { marks: '1' }, { marks: ['1'] }, { marks: null }])('is not acknowledged by %j', async (facts) => {
    await putBack();
    await append(END_ACKNOWLEDGED_EVENT, facts);
    expect((await readEndMarks(store)).open).toEqual([1]);
  });

  it('is not acknowledged by an event of another type', async () => {
    await putBack();
    await append(END_PUT_BACK_EVENT, { was: 9, marks: [1, 2] });
    await append('database.restored', { ...known, marks: [1, 2] });
    expect((await readEndMarks(store)).open).toEqual([2, 1]);
  });

  it('is when who has the console has last said that a backup was put back', async () => {
    await append('database.restored', known);
    const restoredAt = await append('database.restored', known);
    await append('configuration.applied', {});
    expect(await readEndMarks(store)).toEqual({ found: [], open: [], restoredAt });
  });

  it('is found behind more events than are read at once', async () => {
    await putBack();
    const event = { at: clock.now(), type: 'configuration.applied', data: '{}' };
    await store.audit.append(event, ...Array.from({ length: 1_100 }, () => event));
    await putBack();
    expect(await marksOf()).toEqual([1_103, 1]);
  });

  it('is looked up by the index, however much else there is', async () => {
    await putBack();
    const event = { at: clock.now(), type: 'journey.started', data: '{}' };
    await store.audit.append(event, ...Array.from({ length: 1_100 }, () => event));
    const asked: unknown[] = [];
    const search: Store['audit']['search'] = (wanted) => {
      asked.push(wanted);
      return store.audit.search(wanted);
    };
    expect(await readEndMarks({ audit: { ...store.audit, search } })).toMatchObject({ found: [{ seq: 1 }] });
    expect(asked).toHaveLength(1);
  });
});

describe('who has the console says why', () => {
  it('only where there is something to say it of', async () => {
    await append(END_NOT_AUTHENTIC_EVENT, {});
    await expect(acknowledgeEnd({ store, clock }, known)).rejects.toMatchObject({ code: 'audit.nothing-to-acknowledge' });
    expect(await readLogEnd(store)).toBe(1);
  });

  it('of all that nobody has acknowledged, and that is in the log', async () => {
    await putBack();
    await putBack();
    expect(await acknowledgeEnd({ store, clock }, known)).toEqual([2, 1]);
    const [row] = await store.audit.read(2, 1);
    expect(row).toMatchObject({ seq: 3, at: clock.now(), type: 'audit.end-acknowledged' });
    expect(JSON.parse(row?.data ?? '')).toEqual({ ...known, actor: { kind: 'operator', client: 'cli' }, marks: [2, 1] });
    await expect(acknowledgeEnd({ store, clock }, known)).rejects.toMatchObject({ code: 'audit.nothing-to-acknowledge' });
    expect(await readLogEnd(store)).toBe(3);
  });

  it('and of nothing that is found later', async () => {
    await putBack(9);
    await acknowledgeEnd({ store, clock }, known);
    const verify = async () => verifyChain(await store.audit.read(0, 100), { seals: store.audit.seals(), end: await store.audit.head() });
    expect(await verify()).toMatchObject({ ok: true, acknowledged: [{ seq: 1, was: 9, ...known }] });
    await putBack(11);
    expect(await verify()).toMatchObject({ ok: false, problem: { seq: 3, reason: 'end-was-put-back' } });
    expect(await acknowledgeEnd({ store, clock }, known)).toEqual([3]);
    expect(await verify()).toMatchObject({ ok: true, acknowledged: [{ seq: 1 }, { seq: 3, was: 11 }] });
  });
});

it('the log ends with its newest event, whoever has written it', async () => {
  expect(await readLogEnd(store)).toBe(0);
  await append('test', {});
  await append('test', {});
  expect(await readLogEnd(store)).toBe(2);
});
