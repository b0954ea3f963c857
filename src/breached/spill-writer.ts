import { closeSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { shardOf } from './filter-format.ts';
import { readAt, writeAt } from './positioned.ts';
import { createIndex, HEADER, INDEX_BYTES, PARTS, PIECE } from './spill-format.ts';

const BATCH = 2 * 1024 * 1024;

/** Sorts keys roughly into a file. */
export interface SpillWriter {
  add(low: number, high: number): void;
  /** Writes what is kept and waits for the disk; returns the length from which to go on. */
  flush(): number;
  /** Keys that were added, by earlier runs too. */
  count(): number;
  close(): void;
}

/** @param length how much of an existing file counts, as `flush` returned it; 0 to begin anew */
export function openSpillWriter(path: string, length: number): SpillWriter {
  const file = openSync(path, length === 0 ? 'w+' : 'r+', 0o600);
  ftruncateSync(file, length);
  const { bytes: index, last, counts } = createIndex();
  if (length > 0) readAt(file, index, length - INDEX_BYTES);
  const kept = new Uint32Array(PARTS * PIECE * 2);
  const keptCount = new Uint16Array(PARTS);
  const batch = Buffer.alloc(BATCH);
  let batchLength = 0;
  let end = length;

  function write(part: number): void {
    const count = keptCount[part] ?? 0;
    if (count === 0) return;
    const size = HEADER + 8 * count;
    if (batchLength + size > BATCH) writeBatch();
    batch.writeUInt32LE(part, batchLength);
    batch.writeUInt32LE(count, batchLength + 4);
    batch.writeDoubleLE(last[part] ?? Number.NaN, batchLength + 8);
    last[part] = end;
    const start = part * PIECE * 2;
    const keys = kept.subarray(start, start + 2 * count);
    batch.set(new Uint8Array(keys.buffer, keys.byteOffset, keys.byteLength), batchLength + HEADER);
    batchLength += size;
    end += size;
    keptCount[part] = 0;
  }

  function writeBatch(): void {
    writeAt(file, batch.subarray(0, batchLength), end - batchLength);
    batchLength = 0;
  }

  return {
    add(low, high) {
      const part = shardOf(high, PARTS);
      const count = keptCount[part] ?? 0;
      const at = (part * PIECE + count) * 2;
      kept[at] = low;
      kept[at + 1] = high;
      keptCount[part] = count + 1;
      counts[high >>> 16] = (counts[high >>> 16] ?? 0) + 1;
      if (count + 1 === PIECE) write(part);
    },
    flush() {
      for (let part = 0; part < PARTS; part += 1) write(part);
      writeBatch();
      writeAt(file, index, end);
      end += INDEX_BYTES;
      fsyncSync(file);
      return end;
    },
    count: () => counts.reduce((sum, count) => sum + count, 0),
    close() {
      closeSync(file);
      // Given back now: V8 would look for it some time later, while the filter is built.
      kept.buffer.transfer(0);
    },
  };
}
