import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../../test/manual-clock.ts';
import { openTestStore, testKey } from '../../../test/store/fixture.ts';
import { createHeadNote } from '../../platform/head-note.ts';
import type { NotedHead } from '../ports/head-note.ts';
import { END_PUT_BACK_EVENT } from './chain.ts';
import { readEndMarks } from './end-marks.ts';
import { createHeadKeeper, judgeNoted } from './keep-head.ts';

const clock = createManualClock();
let folder: string;
let store: Awaited<ReturnType<typeof openTestStore>>;
let key: ReturnType<typeof testKey>;
let said: [string, unknown][];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'put-back-end-'));
  key = testKey(randomBytes(4).toString('hex'));
  said = [];
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const say = (event: string, about?: unknown) => void said.push([event, about]);
const names = () => said.map(([event]) => event);
const headNote = () => createHeadNote(join(folder, 'data'));
const keeper = () => createHeadKeeper({ store, clock, log: { info: say, warn: say, error: say }, headNote: headNote() });
const append = (type = 'test', facts: unknown = {}) => store.audit.append({ at: clock.now(), type, data: JSON.stringify(facts) });
const types = async () => (await store.audit.read(0, 100)).map(({ type }) => type);

/** The head as it is noted now. */
async function headNow(): Promise<NotedHead> {
  const [first] = await store.audit.read(0, 1);
  const { seq, hash } = await store.audit.head();
  return { seq, hash, at: clock.now(), log: first?.hash ?? '' };
}

describe('what was noted of a log', () => {
  beforeEach(async () => {
    store = await openTestStore('sqlite::memory:', key);
    for (let nth = 0; nth < 3; nth += 1) await append();
  });

  const other = 'a'.repeat(64);
  const judge = async (changes: Partial<NotedHead> = {}) => judgeNoted(store, { ...(await headNow()), ...changes });

  it('is there where its event is, also behind newer ones', async () => {
    const noted = await headNow();
    expect(await judgeNoted(store, noted)).toBe('there');
    await append();
    expect(await judgeNoted(store, noted)).toBe('there');
    const [first] = await store.audit.read(0, 1);
    expect(await judge({ seq: 1, hash: first?.hash ?? '' })).toBe('there');
  });

  it('is lost where another event stands in its place, or none', async () => {
    expect(await judge({ hash: other })).toBe('lost');
    expect(await judge({ seq: 2 })).toBe('lost');
    expect(await judge({ seq: 4 })).toBe('lost');
    expect(await judge({ seq: 4, hash: other })).toBe('lost');
  });

  it('is of another database where the log begins otherwise', async () => {
    expect(await judge({ seq: 9, hash: other, log: other })).toBe('there');
  });

  it('is lost where nothing is left of the log', async () => {
    await store.close();
    store = await openTestStore('sqlite::memory:', key);
    expect(await judgeNoted(store, { seq: 3, hash: other, at: clock.now(), log: other })).toBe('lost');
  });

  it.each<[string, number, number, 'told' | 'lost']>([
    ['when it was noted, from just there', 0, 9, 'told'],
    ['since, from behind it', 1, 10, 'told'],
    ['before it was noted', -1, 9, 'lost'],
    ['since, but from before it', 1, 8, 'lost'],
  ])('is told where the log says that its end was put back %s: %i ms, %i, %s', async (_, after, was, judged) => {
    const at = clock.now();
    // One more that does not tell of it.
    await store.audit.append({ at, type: END_PUT_BACK_EVENT, data: '{"was":4}' });
    await store.audit.append({ at: at + after, type: END_PUT_BACK_EVENT, data: JSON.stringify({ was }) });
    await store.audit.append({ at, type: END_PUT_BACK_EVENT, data: '{"was":4}' });
    expect(await judge({ seq: 9, hash: other, at })).toBe(judged);
  });

  it.each<[number, 'told' | 'lost']>([
    [1, 'told'],
    [0, 'lost'],
    [-1, 'lost'],
  ])('is told where a backup was put back since: %i ms after it was noted it is %s', async (after, judged) => {
    await store.audit.append({ at: clock.now() + after, type: 'database.restored', data: '{}' });
    expect(await judge({ seq: 9, hash: other })).toBe(judged);
  });
});

describe('a database that is put back', () => {
  const file = () => join(folder, 'keyturn.sqlite');
  const open = async () => {
    store = await openTestStore(`sqlite:${file()}`, key);
  };
  /** Runs a statement beside the store. */
  const execute = (sql: string) => {
    const database = new SqliteFile(file());
    database.exec(sql);
    database.close();
  };

  /** As it was after two events, where six had been written and noted. */
  async function putBack(): Promise<void> {
    await append();
    await append();
    await store.close();
    copyFileSync(file(), join(folder, 'backup.sqlite'));
    await open();
    for (let nth = 0; nth < 4; nth += 1) await append();
    await keeper()();
    await store.close();
    for (const more of ['', '-wal', '-shm']) rmSync(`${file()}${more}`, { force: true });
    copyFileSync(join(folder, 'backup.sqlite'), file());
    await open();
    clock.advance(1_000);
    said = [];
  }
  beforeEach(open);

  it('is found by the note, said with what to do, and marked in the log for good, once', async () => {
    await putBack();
    const { seq, hash } = await store.audit.head();
    const keep = keeper();
    await Promise.all([keep(), keep()]);
    const end = await headNow();
    const fix =
      'If a backup was put back, end what it has brought back with it; if the database has lost its last commits in a failover, say so. ' +
      'Otherwise find out who can write to the database\nkeyturn database restored --reason "..."\nkeyturn audit acknowledge --reason "..."';
    expect(said).toEqual([
      ['audit.end-put-back', { seq: 2, hash, was: 6, fix }],
      ['audit.head', { head: `3:${end.hash}` }],
    ]);
    expect(seq).toBe(2);
    const [mark] = await store.audit.read(2, 1);
    expect(mark).toMatchObject({ at: clock.now(), type: 'audit.end-put-back', data: JSON.stringify({ hash, seq: 2, was: 6 }) });
    expect(await headNote().read()).toEqual(end);
    await keeper()();
    expect(await types()).toEqual(['test', 'test', END_PUT_BACK_EVENT]);
    expect((await readEndMarks(store)).open).toEqual([3]);
  });

  it('is not marked where who has the console has said so before', async () => {
    await putBack();
    await append('database.restored');
    await keeper()();
    expect(names()).toEqual(['audit.head']);
    expect(await types()).toEqual(['test', 'test', 'database.restored']);
    expect(await headNote().read()).toEqual(await headNow());
  });

  it('is another one where its log begins otherwise, of which as many events are noted anew', async () => {
    await append();
    const noted = { ...(await headNow()), hash: 'a'.repeat(64), log: 'b'.repeat(64) };
    await headNote().write(noted);
    await keeper()();
    expect(names()).toEqual(['audit.head']);
    expect(await headNote().read()).toEqual(await headNow());
    expect(await types()).toEqual(['test']);
  });

  it('is looked for again after it could not be', async () => {
    await append();
    mkdirSync(join(folder, 'data', 'audit-head'), { recursive: true });
    const keep = keeper();
    await expect(keep()).rejects.toThrow('EISDIR');
    rmdirSync(join(folder, 'data', 'audit-head'));
    await keep();
    expect(await headNote().read()).toEqual(await headNow());
  });

  it('an end that somebody else has written is neither noted nor told', async () => {
    await append();
    await keeper()();
    const noted = await headNote().read();
    await append();
    execute(`update audit_head set mac = 'x'`);
    said = [];
    await keeper()();
    expect(said).toEqual([]);
    expect(await headNote().read()).toEqual(noted);
  });

  it('an end that has not moved is neither noted again nor told again', async () => {
    await append();
    const keep = keeper();
    await keep();
    const noted = await headNote().read();
    clock.advance(3 * 60 * 60_000);
    await keep();
    expect(await headNote().read()).toEqual(noted);
    expect(names()).toEqual(['audit.head']);
    await append();
    await keep();
    expect(said[1]).toEqual(['audit.head', { head: `2:${(await headNow()).hash}` }]);
    // The hour is counted from when it was last told.
    await append();
    clock.advance(60 * 60_000 - 1);
    await keep();
    expect(names()).toHaveLength(2);
  });

  it('a place that cannot be written is told of again once it could be meanwhile', async () => {
    const keep = keeper();
    for (let nth = 0; nth < 2; nth += 1) {
      writeFileSync(join(folder, 'data'), '');
      await append();
      await keep();
      rmSync(join(folder, 'data'));
      await append();
      await keep();
      rmSync(join(folder, 'data'), { recursive: true });
    }
    const failures = said.filter(([event]) => event === 'audit.head-not-noted');
    const notWritten = { error: expect.objectContaining({ code: 'EEXIST' }) };
    expect(failures).toEqual(failures.map(() => ['audit.head-not-noted', notWritten]));
    expect(failures).toHaveLength(2);
  });
});
