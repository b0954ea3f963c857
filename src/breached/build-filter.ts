import { basename } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { BLOCK, type FilterDescription } from './filter-format.ts';
import { openFilterWriter } from './filter-writer.ts';
import { buildFuseFilter, type FuseFilter, fuseContains, type Keys } from './fuse-filter.ts';
import type { ImportOptions, ReadList } from './import-options.ts';
import { importFiles, readState, writeState } from './import-state.ts';
import { openSpillFile, PARTS } from './spill-file.ts';

/** A shard is built in memory, at about 36 bytes a key. */
const WANTED_PER_SHARD = 500_000;
const CHECKPOINT = 64 * 1024 * 1024;

/** Builds the shards one after the other, from where an earlier run has come to. */
export function buildFilter(options: ImportOptions, list: ReadList): { description: FilterDescription; continued: boolean } {
  const files = importFiles(options.target);
  const { bits } = options;
  const id = Number.parseInt(list.listSha256.slice(0, 8), 16);
  const earlier = readState(options.target);
  const done = earlier?.phase === 'build' && earlier.bits === bits ? earlier : { hashes: 0, shards: [], blocks: 1 };
  const shards: FilterDescription['shards'] = [...done.shards];
  let { hashes } = done;
  const { hash, lines, listSha256, keysLength } = list;
  const save = (blocks: number) =>
    writeState(files.state, { version: 1, phase: 'build', hash, lines, listSha256, keysLength, bits, hashes, shards, blocks });
  if (done.shards.length === 0) save(1);
  const spill = openSpillFile(files.keys, list.keysLength);
  const writer = openFilterWriter(files.filter, id, done.blocks);
  try {
    const shardCount = shardsFor(list.lines);
    const partsPerShard = PARTS / shardCount;
    let saved = done.blocks;
    for (let shard = shards.length; shard < shardCount; shard += 1) {
      const keys = withoutRepeats(spill.read(shard * partsPerShard, (shard + 1) * partsPerShard));
      const filter = buildFuseFilter(keys, bits, id ^ shard);
      requireAll(filter, bits, keys);
      const first = writer.shard(filter.fingerprints);
      shards.push([first, filter.segmentLength, filter.segmentCount, filter.seed]);
      hashes += keys.length / 2;
      if ((first - saved) * BLOCK >= (options.checkpointBytes ?? CHECKPOINT)) {
        saved = writer.flush();
        save(saved);
      }
      options.onProgress?.({ phase: 'build', done: shard + 1, total: shardCount, lines: list.lines });
    }
    const description: FilterDescription = {
      hash: list.hash,
      bits,
      hashes,
      list: basename(options.list),
      listSha256: list.listSha256,
      importedAt: options.importedAt,
      id,
      shards,
    };
    writer.finish(description);
    return { description, continued: done.shards.length > 0 };
  } finally {
    writer.close();
    spill.close();
  }
}

/** The least power of two with which no shard is much larger than wanted; the parts are as many as there can be. */
export function shardsFor(lines: number): number {
  let count = 1;
  while (count < PARTS && lines / count > WANTED_PER_SHARD) count *= 2;
  return count;
}

/** Sorted in place, each key once. */
function withoutRepeats(keys: Keys): Keys {
  new BigUint64Array(keys.buffer, keys.byteOffset, keys.length / 2).sort();
  let end = 0;
  for (let index = 0; index < keys.length; index += 2) {
    const low = keys[index] ?? 0;
    const high = keys[index + 1] ?? 0;
    if (end > 0 && keys[end - 2] === low && keys[end - 1] === high) continue;
    keys[end] = low;
    keys[end + 1] = high;
    end += 2;
  }
  return keys.subarray(0, end);
}

/** A password of the list that is not found would be let through: rather no filter than such a one. */
function requireAll(filter: FuseFilter, bits: number, keys: Keys): void {
  for (let index = 0; index < keys.length; index += 2) {
    if (!fuseContains(filter, bits, keys[index] ?? 0, keys[index + 1] ?? 0)) throw new AppError('internal.unexpected', { key: index / 2 });
  }
}
