import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createManualClock } from '../../../test/manual-clock.ts';
import { openTestStore, testKey } from '../../../test/store/fixture.ts';
import { createHeadNote } from '../../platform/head-note.ts';
import { createHeadKeeper } from './keep-head.ts';

let folder: string;
let store: Awaited<ReturnType<typeof openTestStore>>;
let said: string[];
const clock = createManualClock();
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keep-head-'));
  store = await openTestStore('sqlite::memory:', testKey(randomBytes(4).toString('hex')));
  said = [];
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const say = (event: string) => void said.push(event);
const keeperIn = (place: string) =>
  createHeadKeeper({ store, clock, log: { info: say, warn: say, error: say }, headNote: createHeadNote(place) });
const append = () => store.audit.append({ at: clock.now(), type: 'test', data: '{}' });

it('the end is noted as a verification takes it, and told in the log once an hour, where it has moved', async () => {
  const keep = keeperIn(join(folder, 'data'));
  await keep();
  expect(said).toEqual([]);
  await append();
  await keep();
  const { seq, hash } = await store.audit.head();
  expect(readFileSync(join(folder, 'data', 'audit-head'), 'utf8').split('\n')[0]).toBe(`${seq}:${hash}`);
  expect(await createHeadNote(join(folder, 'data')).read()).toMatchObject({ seq, hash, at: clock.now(), log: hash });
  await append();
  await keep();
  clock.advance(60 * 60_000);
  await Promise.all([keep(), keep()]);
  expect(said).toEqual(['audit.head', 'audit.head']);
});

it('a place that cannot be written is told once, and holds nothing up', async () => {
  writeFileSync(join(folder, 'data'), '');
  const keep = keeperIn(join(folder, 'data'));
  await append();
  await keep();
  await keep();
  expect(said).toEqual(['audit.head-not-noted', 'audit.head']);
  rmSync(join(folder, 'data'));
  await keep();
  expect(await createHeadNote(join(folder, 'data')).read()).not.toBeNull();
});

it('what is no note of ours is none', async () => {
  for (const text of ['', 'nonsense', `1:${'a'.repeat(64)}\n`, `1:${'a'.repeat(64)}\nno time\n${'b'.repeat(64)}\n`]) {
    writeFileSync(join(folder, 'audit-head'), text);
    expect(await createHeadNote(folder).read()).toBeNull();
  }
});
