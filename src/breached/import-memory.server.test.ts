import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScratchFolder, removeScratchFolder } from '../../test/servers/scratch.ts';
import { importList } from './import-list.ts';
import type { ImportOptions, ImportProgress } from './import-options.ts';
import { openFilter } from './open-filter.ts';

const MEGABYTE = 1e6;

let folder: string;
let list: string;
let target: string;
beforeEach(async () => {
  folder = await createScratchFolder('breached-memory');
  list = join(folder, 'list.txt');
  target = join(folder, 'breached.filter');
});
afterEach(() => removeScratchFolder(folder));

const run = (changes: Partial<ImportOptions> = {}) =>
  importList({ list, target, bits: 8, importedAt: '2026-01-02T03:04:05.000Z', ...changes });

/** Lines of random hashes, of which the first bytes are those of `beginning`. */
function lines(count: number, beginning = ''): string {
  const digits = 40 - beginning.length;
  const random = randomBytes((count * digits) / 2).toString('hex');
  return Array.from({ length: count }, (_, nth) => `${beginning}${random.slice(nth * digits, (nth + 1) * digits)}:1\n`).join('');
}

async function missing(text: string, of: (line: number) => boolean = () => true): Promise<number> {
  const filter = await openFilter(target);
  try {
    const some = text
      .trimEnd()
      .split('\n')
      .filter((_, nth) => of(nth));
    const found = await Promise.all(some.map((line) => filter.containsHash(Buffer.from(line.slice(0, 40), 'hex'))));
    return found.filter((each) => !each).length;
  } finally {
    await filter.close();
  }
}

/** Bytes of all buffers, those that nobody uses any more and that are not yet given back too, whenever the import tells how far it is. */
function watchBuffers(phase: ImportProgress['phase']): {
  readonly bytes: number[];
  readonly onProgress: (progress: ImportProgress) => void;
} {
  const bytes: number[] = [];
  return {
    bytes,
    onProgress: (progress) => {
      if (progress.phase === phase) bytes.push(process.memoryUsage().arrayBuffers);
    },
  };
}

describe('the memory of an import', () => {
  it('has no more buffers at the last shard than at the first', async () => {
    writeFileSync(list, lines(300_000));
    const { bytes, onProgress } = watchBuffers('build');
    const { description } = await run({ mostPerShard: 2000, onProgress });
    expect(description.shards.length).toBe(256);
    expect(bytes.length).toBe(256);
    expect(Math.max(...bytes) - (bytes[0] ?? 0)).toBeLessThan(0.1 * MEGABYTE);
  });

  it.each([
    ['plain', (text: string) => Buffer.from(text)],
    ['gzip', (text: string) => gzipSync(text)],
  ])('has no buffers for each piece that was read: %s', async (_name, of) => {
    const part = of(lines(100_000));
    for (let nth = 0; nth < 30; nth += 1) appendFileSync(list, part);
    const before = process.memoryUsage().arrayBuffers;
    const { bytes, onProgress } = watchBuffers('read');
    const { lines: read, description } = await run({ onProgress });
    expect({ read, hashes: description.hashes }).toEqual({ read: 3_000_000, hashes: 100_000 });
    // Keys that are kept until they are written, 19 MB, and a few pieces.
    expect(Math.max(...bytes) - before).toBeLessThan(22 * MEGABYTE);
  });

  it('is much the same for a long list as for a short one, all in all', async () => {
    writeFileSync(list, lines(1000));
    const short = await largestOf(list, target);
    writeFileSync(list, '');
    const part = gzipSync(lines(400_000));
    for (let nth = 0; nth < 6; nth += 1) appendFileSync(list, part);
    // Keys that are kept (19 MB) or a shard that is built (20 MB), and a heap that has had more to do.
    expect((await largestOf(list, target)) - short).toBeLessThan(60 * MEGABYTE);
  });
});

/** Imports in a process of its own; the largest resident memory that it ever had (VmHWM of proc(5)), in bytes. */
async function largestOf(from: string, to: string): Promise<number> {
  const script = `
    import { readFileSync } from 'node:fs';
    import { importList } from ${JSON.stringify(join(import.meta.dirname, 'import-list.ts'))};
    const [list, target] = process.argv.slice(1);
    await importList({ list, target, bits: 8, importedAt: '2026-01-02T03:04:05.000Z' });
    console.log(/^VmHWM:\\s+(\\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script, from, to]);
  expect(stdout).toMatch(/^\d+\n$/);
  return Number(stdout) * 1024;
}

describe('a list that would fill one shard', () => {
  it('is parted into more shards than the parts it was sorted into', async () => {
    const text = lines(60_000);
    writeFileSync(list, text);
    const { description } = await run({ mostPerShard: 30 });
    expect(description.shards.length).toBeGreaterThan(2048);
    expect(description.hashes).toBe(60_000);
    expect(await missing(text, (nth) => nth % 20 === 0)).toBe(0);
  });

  it('as all its hashes begin alike is parted as finely as they need', async () => {
    // The beginning of a sorted list.
    const text = lines(20_000, '00');
    writeFileSync(list, text);
    const { description } = await run({ mostPerShard: 1000 });
    expect(description.shards.length).toBeGreaterThanOrEqual(256 * 20);
    expect(await missing(text, (nth) => nth % 20 === 0)).toBe(0);
  });

  it('as it has one hash very often is not parted for that', async () => {
    const [often, text] = [lines(1), lines(5000)];
    writeFileSync(list, text + often.repeat(60_000));
    const { description, lines: read } = await run({ mostPerShard: 1000 });
    expect(description.shards.length).toBeLessThanOrEqual(16);
    expect({ read, hashes: description.hashes }).toEqual({ read: 65_000, hashes: 5001 });
    expect(await missing(text + often)).toBe(0);
  });

  it('is refused where its hashes are none', async () => {
    writeFileSync(list, lines(5000));
    await run();
    const before = createHash('sha256').update(readFileSync(target)).digest('hex');
    writeFileSync(list, lines(60_000, '1234'));
    await expect(run({ mostPerShard: 1000 })).rejects.toMatchObject({ code: 'breached.list-malformed' });
    expect(createHash('sha256').update(readFileSync(target)).digest('hex')).toBe(before);
  });
});
