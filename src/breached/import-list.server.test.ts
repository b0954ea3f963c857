import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScratchFolder, removeScratchFolder } from '../../test/servers/scratch.ts';
import { hashPassword } from './hash-password.ts';
import { importList } from './import-list.ts';
import type { ImportOptions, ImportProgress } from './import-options.ts';
import { importFiles } from './import-state.ts';
import { type BreachedFilter, openFilter } from './open-filter.ts';

let folder: string;
let list: string;
let target: string;
beforeEach(async () => {
  folder = await createScratchFolder('breached');
  list = join(folder, 'list.txt');
  target = join(folder, 'breached.filter');
});
afterEach(() => removeScratchFolder(folder));

function hashes(count: number, bytes = 20): Buffer[] {
  const all = randomBytes(count * bytes);
  return Array.from({ length: count }, (_, index) => all.subarray(index * bytes, (index + 1) * bytes));
}
const line = (hash: Buffer, end = '\r\n') => `${hash.toString('hex').toUpperCase()}:${1 + (hash[0] ?? 0)}${end}`;
const text = (all: readonly Buffer[], end?: string) => all.map((hash) => line(hash, end)).join('');
const run = (changes: Partial<ImportOptions> = {}) =>
  importList({ list, target, bits: 8, importedAt: '2026-01-02T03:04:05.000Z', ...changes });
const left = () => readdirSync(folder).filter((name) => name.includes('.import.'));

async function withFilter<T>(use: (filter: BreachedFilter) => Promise<T>): Promise<T> {
  const filter = await openFilter(target);
  try {
    return await use(filter);
  } finally {
    await filter.close();
  }
}

async function missing(all: readonly Buffer[]): Promise<number> {
  return withFilter(async (filter) => (await Promise.all(all.map((hash) => filter.containsHash(hash)))).filter((found) => !found).length);
}

describe('an import', () => {
  it.each([
    ['sorted, lines ended as the public lists do', (all: Buffer[]) => text(all.sort(Buffer.compare))],
    ['unsorted, other line ends', (all: Buffer[]) => text(all, '\n')],
    ['small letters', (all: Buffer[]) => text(all).toLowerCase()],
    ['gzip', (all: Buffer[]) => gzipSync(text(all))],
    ['gzip of several members', (all: Buffer[]) => Buffer.concat([gzipSync(text(all.slice(0, 700))), gzipSync(text(all.slice(700)))])],
  ])('finds every hash of a list: %s', async (_name, content) => {
    const all = hashes(5000);
    writeFileSync(list, content(all));
    const { lines, description, continued } = await run();
    expect({ lines, hashes: description.hashes, continued }).toEqual({ lines: 5000, hashes: 5000, continued: false });
    expect(description.listSha256).toBe(createHash('sha256').update(readFileSync(list)).digest('hex'));
    expect(await missing(all)).toBe(0);
    expect(left()).toEqual([]);
  });

  it('finds passwords by SHA-1 and by NTLM', async () => {
    const passwords = ['password', 'Sommer2024!', 'пароль', '🔑🔑🔑🔑'];
    for (const kind of ['sha1', 'ntlm'] as const) {
      writeFileSync(list, text(passwords.map((password) => hashPassword(password, kind))));
      await run({ bits: 16 });
      await withFilter(async (filter) => {
        expect(filter.description.hash).toBe(kind);
        for (const password of passwords) expect(await filter.contains(password)).toBe(true);
        expect(await filter.contains('correct horse battery staple 7')).toBe(false);
      });
    }
  });

  it.each([8, 16] as const)('takes other hashes for listed ones in 1 of 2^%i cases', async (bits) => {
    writeFileSync(list, text(hashes(3000)));
    await run({ bits });
    const tries = 10_000;
    const found = tries - (await missing(hashes(tries)));
    const expected = tries / 2 ** bits;
    expect(Math.abs(found - expected)).toBeLessThan(6 * Math.sqrt(expected) + 6);
  });

  it('counts a hash once that the list has more than once', async () => {
    const all = hashes(500);
    writeFileSync(list, text([...all, ...all.toReversed()]));
    const { lines, description } = await run();
    expect({ lines, hashes: description.hashes }).toEqual({ lines: 1000, hashes: 500 });
    expect(await missing(all)).toBe(0);
  });

  it('makes many shards of many hashes, of which none gets lost', async () => {
    const all = hashes(600_000, 8);
    const padding = '0'.repeat(24);
    writeFileSync(list, all.map((hash) => `${hash.toString('hex')}${padding}:1\n`).join(''));
    const progress: ImportProgress[] = [];
    const { description } = await run({ onProgress: (event) => progress.push(event) });
    expect(description.shards.length).toBe(2);
    expect(await missing(all.filter((_, index) => index % 300 === 0))).toBe(0);
    expect(progress.at(-1)).toEqual({ phase: 'build', done: 2, total: 2, lines: 600_000 });
    await withFilter(async (filter) => {
      expect((8 * filter.size) / description.hashes).toBeLessThan(9.5);
      await filter.verify();
    });
  });
});

describe('a list that is not whole', () => {
  const all = hashes(2000);
  it.each([
    ['half a line', () => Buffer.from(text(all).slice(0, -20)), 'breached.list-truncated'],
    ['a count that may go on', () => Buffer.from(text(all).slice(0, -2)), 'breached.list-truncated'],
    ['a gzip file without its end', () => gzipSync(text(all)).subarray(0, -9), 'breached.list-truncated'],
    ['half a gzip file', () => gzipSync(text(all)).subarray(0, 20_000), 'breached.list-truncated'],
    ['a damaged gzip file', () => damage(gzipSync(text(all))), 'breached.list-damaged'],
    [
      'zeros in place of the rest of a gzip file, as a download leaves that made room first',
      () => Buffer.concat([gzipSync(text(all.slice(0, 700))), Buffer.alloc(40_000)]),
      'breached.list-truncated',
    ],
    [
      'zeros between two parts of a gzip file',
      () => Buffer.concat([gzipSync(text(all.slice(0, 700))), Buffer.alloc(512), gzipSync(text(all.slice(700)))]),
      'breached.list-truncated',
    ],
    ['nothing', () => Buffer.alloc(0), 'breached.list-empty'],
    ['gzip of nothing', () => gzipSync(''), 'breached.list-empty'],
    ['no count', () => Buffer.from(all.map((hash) => `${hash.toString('hex')}\r\n`).join('')), 'breached.list-malformed'],
    ['three columns', () => Buffer.from(`${text(all)}${line(all[0] ?? Buffer.alloc(20)).trim()}:7\n`), 'breached.list-malformed'],
    ['a line of another kind', () => Buffer.from(text(all) + line(randomBytes(16))), 'breached.list-malformed'],
    ['a digit that is none', () => Buffer.from(text(all).replace(/.(?=:\d+\r\n$)/, 'g')), 'breached.list-malformed'],
    ['no digits of a count', () => Buffer.from(`${text(all)}${'A'.repeat(40)}:\n`), 'breached.list-malformed'],
    ['a byte order mark', () => Buffer.from(`\uFEFF${text(all)}`), 'breached.list-malformed'],
    ['UTF-16', () => Buffer.from(text(all), 'utf16le'), 'breached.list-malformed'],
    ['passwords in clear', () => Buffer.from('hunter2\nletmein\n'), 'breached.list-malformed'],
    [
      'another kind of archive',
      () => Buffer.concat([Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1'), randomBytes(5000)]),
      'breached.list-malformed',
    ],
  ])('is refused, and what was in use stays: %s', async (_name, content, code) => {
    writeFileSync(list, text(all));
    await run();
    const before = readFileSync(target);
    writeFileSync(list, content());
    await expect(run()).rejects.toMatchObject({ code });
    expect(readFileSync(target).equals(before)).toBe(true);
    if (code !== 'breached.list-truncated') expect(left()).toEqual([]);
  });

  it('never has a line of the file in the error', async () => {
    writeFileSync(list, 'hunter2-in-clear\n');
    await expect(run()).rejects.toSatisfy((error) => !JSON.stringify(error).includes('hunter2') && !String(error).includes('hunter2'));
  });

  it('is refused when its checksum is not the one expected', async () => {
    writeFileSync(list, text(all));
    await expect(run({ sha256: 'ab'.repeat(32) })).rejects.toMatchObject({ code: 'breached.checksum-differs' });
    expect(existsSync(target)).toBe(false);
    await run({ sha256: createHash('sha256').update(text(all)).digest('hex').toUpperCase() });
  });

  function damage(bytes: Buffer): Buffer {
    // Of the CRC-32 at the end (RFC 1952 2.3.1).
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 6) ^ 1, bytes.length - 6);
    return bytes;
  }
});

describe('an import that ended early', () => {
  const all = hashes(9_000);
  const whole = text(all);

  async function uninterrupted(): Promise<Buffer> {
    await run({ target: join(folder, 'other.filter') });
    return readFileSync(join(folder, 'other.filter'));
  }

  /** Ends at the nth report of progress, leaving everything as it is then. */
  async function endAfter(reports: number, content: string | Buffer, counted = (_: ImportProgress) => true): Promise<boolean> {
    writeFileSync(list, content);
    let count = 0;
    const onProgress = (progress: ImportProgress) => {
      if (counted(progress)) count += 1;
      if (count === reports) throw new Error('ended');
    };
    return run({ checkpointBytes: 1, onProgress }).then(
      () => false,
      (error: unknown) => {
        if (!(error instanceof Error && error.message === 'ended')) throw error;
        return true;
      },
    );
  }

  it('is continued from wherever it was, and makes the same file', async () => {
    for (const content of [whole, gzipSync(whole)]) {
      writeFileSync(list, content);
      const expected = await uninterrupted();
      let endings = 0;
      while (await endAfter(endings + 1, content)) {
        endings += 1;
        const { continued, lines } = await run();
        expect({ continued, lines }).toEqual({ continued: true, lines: all.length });
        expect(readFileSync(target).equals(expected)).toBe(true);
        expect(left()).toEqual([]);
      }
      expect(endings).toBeGreaterThanOrEqual(3);
    }
  });

  it('is continued again and again, each time ended soon', async () => {
    writeFileSync(list, whole);
    const expected = await uninterrupted();
    let runs = 0;
    while (await endAfter(2, whole, ({ phase }) => phase !== 'skip')) runs += 1;
    expect(runs).toBeGreaterThan(0);
    expect(runs).toBeLessThan(5);
    expect(readFileSync(target).equals(expected)).toBe(true);
  });

  it('is continued when the list has been fetched to its end', async () => {
    // Within a line: behind one, it would be a list of its own.
    const fetched = whole.lastIndexOf('\n', 300_000) + 20;
    writeFileSync(list, whole.slice(0, fetched));
    await expect(run({ checkpointBytes: 1 })).rejects.toMatchObject({ code: 'breached.list-truncated' });
    appendFileSync(list, whole.slice(fetched));
    expect(await run()).toMatchObject({ continued: true, lines: all.length });
    expect(await missing(all)).toBe(0);
  });

  it('begins anew when the list is another one, or its files are not whole', async () => {
    const others = text(hashes(9_000));
    for (const spoil of [
      () => writeFileSync(list, others),
      () => writeFileSync(list, others.slice(0, 4200 - (4200 % 50)).replace(/[^\n]*$/, '')),
      () => truncateSync(importFiles(target).keys, 100),
      () => writeFileSync(importFiles(target).state, '{"version":1'),
    ]) {
      expect(await endAfter(2, whole)).toBe(true);
      spoil();
      const { continued, lines } = await run();
      expect(continued).toBe(false);
      expect(lines).toBe(readFileSync(list, 'latin1').split('\n').length - 1);
      expect(await missing(hashesOf(readFileSync(list, 'latin1')))).toBe(0);
    }
  });

  it('builds anew when another precision is asked for', async () => {
    let at = 1;
    while (await endAfter(at, whole)) at += 1;
    // The last report is of the only shard: the list is read, the filter is not finished.
    expect(await endAfter(at - 1, whole)).toBe(true);
    const { description, continued } = await run({ bits: 16 });
    expect({ bits: description.bits, continued }).toEqual({ bits: 16, continued: true });
    expect(await missing(all)).toBe(0);
  });

  it('is not disturbed by a second one, and not kept by one that is gone', async () => {
    writeFileSync(list, whole);
    writeFileSync(importFiles(target).lock, `${process.pid}\n`);
    await expect(run()).rejects.toMatchObject({ code: 'breached.import-running', details: { process: process.pid } });
    writeFileSync(importFiles(target).lock, '2000000000\n');
    await run();
  });

  const hashesOf = (content: string) =>
    content
      .trimEnd()
      .split(/\r?\n/)
      .map((entry) => Buffer.from(entry.slice(0, 40), 'hex'));
});

describe('a filter', () => {
  it('is never read wrong when a byte of it has changed, or its end is missing', async () => {
    const all = hashes(3000);
    const some = all.slice(0, 100);
    writeFileSync(list, text(all));
    await run();
    const good = readFileSync(target);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (at, change, cut) => {
        const bad = Buffer.from(cut ? good.subarray(0, at) : good);
        if (!cut) bad.writeUInt8(bad.readUInt8(at) ^ change, at);
        writeFileSync(target, bad);
        const outcome = await withFilter(async (filter) => {
          const answers = await Promise.allSettled(some.map((hash) => filter.containsHash(hash)));
          for (const answer of answers) {
            if (answer.status === 'fulfilled') expect(answer.value).toBe(true);
            else expect(answer.reason).toMatchObject({ code: 'breached.file-damaged' });
          }
          return filter.verify();
        }).catch((error: unknown) => error);
        expect(outcome).toMatchObject({ code: 'breached.file-damaged' });
      }),
      { numRuns: 60 },
    );
  });

  it('does not take blocks of another filter for its own', async () => {
    writeFileSync(list, text(hashes(3000)));
    await run();
    const other = readFileSync(target);
    writeFileSync(list, text(hashes(3000)));
    await run();
    const mixed = readFileSync(target);
    other.copy(mixed, 4096, 4096, 8192);
    writeFileSync(target, mixed);
    await expect(withFilter((filter) => filter.verify())).rejects.toMatchObject({ code: 'breached.file-damaged' });
  });

  it('that is not there is told as such', async () => {
    await expect(openFilter(target)).rejects.toMatchObject({ code: 'breached.file-missing' });
  });
});
