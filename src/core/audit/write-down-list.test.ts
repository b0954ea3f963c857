import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createManualClock } from '../../../test/manual-clock.ts';
import { openTestStore, testKey } from '../../../test/store/fixture.ts';
import { systemRandom } from '../../platform/system-random.ts';
import type { AuditEvent, ListEnd } from './events.ts';
import { writtenDown } from './write-down-list.ts';

const clock = createManualClock();
let store: Awaited<ReturnType<typeof openTestStore>>;
/** Whether what the list is read from was let go. */
let isLetGo: boolean;
beforeEach(async () => {
  store = await openTestStore('sqlite::memory:', testKey(randomBytes(4).toString('hex')));
  isLetGo = false;
});
afterEach(() => store.close());

async function* pagesOf(pages: readonly (readonly number[] | Error)[], isWhole = true): AsyncGenerator<readonly number[], boolean> {
  try {
    for (const page of pages) {
      if (page instanceof Error) throw page;
      yield page;
    }
    return isWhole;
  } finally {
    isLetGo = true;
  }
}

function eventOf(list: string, end: ListEnd | null): AuditEvent {
  const about = { list, actor: { kind: 'operator', client: 'cli' }, base: 1 } as const;
  return end === null ? { type: 'people.moves-export-begun', ...about } : { type: 'people.moves-exported', ...about, ...end };
}
const write = (pages: AsyncGenerator<readonly number[], boolean>) => writtenDown({ store, clock, random: systemRandom }, pages, eventOf);

/** Reads to the end; the pages. */
async function readAll(list: AsyncGenerator<readonly number[]>): Promise<(readonly number[])[]> {
  const pages: (readonly number[])[] = [];
  for await (const page of list) pages.push(page);
  return pages;
}

/** What the log tells of lists: what of each, without its id. */
async function told() {
  const rows = await store.audit.read(0, 100);
  return rows.map(({ type, data }) => {
    const { count, whole } = JSON.parse(data) as Partial<ListEnd>;
    return type === 'people.moves-export-begun' ? 'begun' : { count, whole };
  });
}
const lists = async () => (await store.audit.read(0, 100)).map(({ data }) => (JSON.parse(data) as { list: string }).list);

it('a list is in the log before anything of it leaves, and at its end with how many', async () => {
  const seen: unknown[] = [];
  for await (const page of write(pagesOf([[1, 2], [3]]))) seen.push([page, await told()]);
  expect(seen).toEqual([
    [[1, 2], ['begun']],
    [[3], ['begun']],
  ]);
  expect(await told()).toEqual(['begun', { count: 3, whole: true }]);
});

it('both are told of one list, and of another one by another id', async () => {
  for (let nth = 0; nth < 2; nth += 1) expect(await readAll(write(pagesOf([])))).toEqual([]);
  const [one, end, other, otherEnd] = await lists();
  expect(one).toMatch(/^.{16,}$/);
  expect([end, otherEnd]).toEqual([one, other]);
  expect(one).not.toBe(other);
  expect(await told()).toEqual(['begun', { count: 0, whole: true }, 'begun', { count: 0, whole: true }]);
});

it('what was not read to the end of all that there is was not all', async () => {
  await readAll(write(pagesOf([[1]], false)));
  expect(await told()).toEqual(['begun', { count: 1, whole: false }]);
});

it('whoever leaves in the middle has had what was read by then, and what is read from is let go', async () => {
  for await (const [first] of write(pagesOf([[1], [2, 3], [4]]))) if (first === 2) break;
  expect(await told()).toEqual(['begun', { count: 3, whole: false }]);
  expect(isLetGo).toBe(true);
});

it('what fails in the middle was not all, and fails', async () => {
  const problem = new Error('the directory has gone');
  await expect(readAll(write(pagesOf([[1], problem])))).rejects.toBe(problem);
  expect(await told()).toEqual(['begun', { count: 1, whole: false }]);
});

it('what is refused before the first page was no list', async () => {
  const problem = new Error('refused');
  await expect(readAll(write(pagesOf([problem])))).rejects.toBe(problem);
  expect(await told()).toEqual([]);
});

it('of a list that cannot be written down nothing leaves, and what it is read from is let go', async () => {
  const closed = await openTestStore('sqlite::memory:', testKey(randomBytes(4).toString('hex')));
  await closed.close();
  const left: unknown[] = [];
  const reading = async () => {
    for await (const page of writtenDown({ store: closed, clock, random: systemRandom }, pagesOf([[1], [2]]), eventOf)) left.push(page);
  };
  await expect(reading()).rejects.toThrow();
  expect(left).toEqual([]);
  expect(isLetGo).toBe(true);
});
