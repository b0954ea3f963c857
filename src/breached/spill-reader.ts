import { closeSync, openSync } from 'node:fs';
import { AppError } from '../../shared/errors.ts';
import { shardOf } from './filter-format.ts';
import type { Keys } from './fuse-filter.ts';
import { readAt, readUpTo } from './positioned.ts';
import { BEGINNINGS, createIndex, HEADER, INDEX_BYTES, NONE, PARTS, PIECE } from './spill-format.ts';

/** Reads the keys of one shard after the other, all into the same memory. */
export interface SpillReader {
  /** Keys by the first 16 bits, each as often as it is in the list. */
  readonly counts: Float64Array;
  /**
   * Keys whose leading bits are those of a shard, sorted, each once. Good until the next call.
   * @throws AppError `breached.list-malformed` when they are more than there is room for
   */
  read(shard: number, shardCount: number): Keys;
  close(): void;
}

/** @param length as the writer's `flush` returned it last  @param room keys of a shard for which there is memory */
export function openSpillReader(path: string, length: number, room: number): SpillReader {
  const file = openSync(path, 'r');
  const { bytes: index, last, counts } = createIndex();
  readAt(file, index, length - INDEX_BYTES);
  const keys = new Uint32Array(2 * room);
  let used = 0;
  const piece = Buffer.alloc(HEADER + 8 * PIECE);
  const pieceKeys = new Uint32Array(piece.buffer, piece.byteOffset + HEADER, 2 * PIECE);

  /** Keys of the shard that are in the piece at a position; `before`, where the piece before it is. */
  function readPiece(position: number, part: number, shard: number, shardCount: number): { found: number; before: number } {
    const size = readUpTo(file, piece, position);
    const count = piece.readUInt32LE(4);
    const before = piece.readDoubleLE(8);
    if (piece.readUInt32LE(0) !== part || count > PIECE || size < HEADER + 8 * count || !(before < position)) {
      throw new RangeError(`the piece at ${position} is not whole`);
    }
    const whole = pieceKeys.subarray(0, 2 * count);
    const found = shardCount <= PARTS ? whole : ofShard(whole, shard, shardCount);
    if (used + found.length > keys.length) used = withoutRepeats(keys.subarray(0, used));
    if (used + found.length > keys.length) {
      throw new AppError('breached.list-malformed', { problem: `more than ${room - PIECE} hashes begin with the same two bytes` });
    }
    keys.set(found, used);
    used += found.length;
    return { found: found.length / 2, before };
  }

  return {
    counts,
    read(shard, shardCount) {
      used = 0;
      let read = 0;
      const first = Math.floor((shard * PARTS) / shardCount);
      const end = Math.ceil(((shard + 1) * PARTS) / shardCount);
      for (let part = first; part < end; part += 1) {
        for (let at = last[part] ?? NONE; at !== NONE; ) {
          const { found, before } = readPiece(at, part, shard, shardCount);
          read += found;
          at = before;
        }
      }
      const expected = sumOfShard(counts, shard, shardCount);
      if (read !== expected) throw new RangeError(`${read} keys of shard ${shard}, ${expected} were written`);
      return keys.subarray(0, withoutRepeats(keys.subarray(0, used)));
    },
    close: () => closeSync(file),
  };
}

function sumOfShard(counts: Float64Array, shard: number, shardCount: number): number {
  const each = BEGINNINGS / shardCount;
  return counts.subarray(shard * each, (shard + 1) * each).reduce((sum, count) => sum + count, 0);
}

/** Moves the keys of one shard of those that share the part to the front. */
function ofShard(keys: Keys, shard: number, shardCount: number): Keys {
  let end = 0;
  for (let index = 0; index < keys.length; index += 2) {
    const high = keys[index + 1] ?? 0;
    if (shardOf(high, shardCount) !== shard) continue;
    keys[end] = keys[index] ?? 0;
    keys[end + 1] = high;
    end += 2;
  }
  return keys.subarray(0, end);
}

/** Sorts in place and keeps each key once; returns how many words are left. */
function withoutRepeats(keys: Keys): number {
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
  return end;
}
