import { basename } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { BLOCK, type FilterDescription } from './filter-format.ts';
import { openFilterWriter } from './filter-writer.ts';
import { createFuseBuilder, type FuseFilter, fuseContains, type Keys } from './fuse-filter.ts';
import type { ImportOptions, ReadList } from './import-options.ts';
import { importFiles, readState, STATE_VERSION, writeState } from './import-state.ts';
import { BEGINNINGS, PIECE } from './spill-format.ts';
import { openSpillReader } from './spill-reader.ts';

/** Keys of a shard. One is built in memory at about 40 bytes a key: 20 MB, the same for all shards. */
const MOST_PER_SHARD = 500_000;
/** Beyond that: a hash that the list has very often is brought down to one whenever the room is full, rather not at each piece. */
const SPARE_ROOM = 24 * PIECE;
const CHECKPOINT = 64 * 1024 * 1024;

/** Builds the shards one after the other, from where an earlier run has come to. */
export function buildFilter(options: ImportOptions, list: ReadList): { description: FilterDescription; continued: boolean } {
  const files = importFiles(options.target);
  const { bits, mostPerShard = MOST_PER_SHARD } = options;
  const id = Number.parseInt(list.listSha256.slice(0, 8), 16);
  const earlier = readState(options.target);
  const done = earlier?.phase === 'build' && earlier.bits === bits ? earlier : { hashes: 0, shards: [], blocks: 1 };
  const shards: FilterDescription['shards'] = [...done.shards];
  let { hashes } = done;
  const { hash, lines, listSha256, keysLength } = list;
  const save = (blocks: number) =>
    writeState(files.state, { version: STATE_VERSION, phase: 'build', hash, lines, listSha256, keysLength, bits, hashes, shards, blocks });
  if (done.shards.length === 0) save(1);
  const spill = openSpillReader(files.keys, list.keysLength, mostPerShard + SPARE_ROOM);
  const writer = openFilterWriter(files.filter, id, done.blocks);
  try {
    const shardCount = shardsFor(spill.counts, mostPerShard);
    const builder = createFuseBuilder(mostPerShard + SPARE_ROOM);
    let saved = done.blocks;
    for (let shard = shards.length; shard < shardCount; shard += 1) {
      const keys = spill.read(shard, shardCount);
      const filter = builder.build(keys, bits, id ^ shard);
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

/**
 * The least power of two of shards of which none has more keys than wanted.
 * @param counts lines of the list by the first 16 bits of the hash. Where these alone are too many, they can only be few hashes
 * that are repeated, which more shards would not part.
 */
export function shardsFor(counts: Float64Array, mostPerShard: number): number {
  let sums = counts.map((count) => (count > mostPerShard ? 0 : count));
  let fitting = BEGINNINGS;
  while (fitting > 1) {
    sums = sums.subarray(0, fitting / 2).map((_, index) => (sums[2 * index] ?? 0) + (sums[2 * index + 1] ?? 0));
    if (sums.some((sum) => sum > mostPerShard)) break;
    fitting /= 2;
  }
  return fitting;
}

/** A password of the list that is not found would be let through: rather no filter than such a one. */
function requireAll(filter: FuseFilter, bits: number, keys: Keys): void {
  for (let index = 0; index < keys.length; index += 2) {
    if (!fuseContains(filter, bits, keys[index] ?? 0, keys[index + 1] ?? 0)) throw new AppError('internal.unexpected', { key: index / 2 });
  }
}
