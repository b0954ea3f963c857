import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { Keys } from './fuse-filter.ts';

/** Parts that keys are sorted into while a list is read, by the leading bits of the hash. A shard is one or more of them. */
export const PARTS = 2048;
const PART_SHIFT = 32 - Math.log2(PARTS);
/** Keys of a part that are kept in memory before they are written: 8 kB a part, 16 MB in all. */
const KEPT = 1024;
const HEADER = 8;
const BATCH = 2 * 1024 * 1024;

/**
 * Keys on the disk, sorted roughly: pieces of up to 1024 keys of one part, each begun with the number of the part and of
 * the keys, so that a file found later can be read again. Only the import uses it, in a process of its own, so it
 * writes and reads without going back to the event loop.
 */
export interface SpillFile {
  add(low: number, high: number): void;
  /** Writes what is kept and waits for the disk; returns the length from which to go on. */
  flush(): number;
  /** Keys in parts `first` (included) to `end` (excluded). */
  count(first: number, end: number): number;
  /** Those keys, in a view of a buffer that the next call uses again. */
  read(first: number, end: number): Keys;
  close(): void;
}

/** @param length how much of an existing file counts, 0 to begin anew */
export function openSpillFile(path: string, length: number): SpillFile {
  const file = openSync(path, length === 0 ? 'w+' : 'r+', 0o600);
  ftruncateSync(file, length);
  const kept = new Uint32Array(PARTS * KEPT * 2);
  const keptCount = new Uint16Array(PARTS);
  /** Where the pieces of each part are: `position * KEPT * 2 + keys`. */
  const pieces: number[][] = Array.from({ length: PARTS }, () => []);
  const batch = Buffer.alloc(BATCH);
  let batchLength = 0;
  let end = length;
  let buffer = new Uint32Array(0);
  findPieces();

  function findPieces(): void {
    const header = Buffer.alloc(HEADER);
    for (let at = 0; at < length; ) {
      readExactly(file, header, at);
      const count = header.readUInt32LE(4);
      pieces[header.readUInt32LE(0)]?.push(pieceAt(at, count));
      at += HEADER + 8 * count;
    }
  }

  function write(part: number): void {
    const count = keptCount[part] ?? 0;
    if (count === 0) return;
    if (batchLength + HEADER + 8 * count > BATCH) writeBatch();
    pieces[part]?.push(pieceAt(end, count));
    batch.writeUInt32LE(part, batchLength);
    batch.writeUInt32LE(count, batchLength + 4);
    const start = part * KEPT * 2;
    const keys = kept.subarray(start, start + 2 * count);
    batch.set(new Uint8Array(keys.buffer, keys.byteOffset, keys.byteLength), batchLength + HEADER);
    batchLength += HEADER + 8 * count;
    end += HEADER + 8 * count;
    keptCount[part] = 0;
  }

  function writeBatch(): void {
    for (let written = 0; written < batchLength; ) {
      written += writeSync(file, batch, written, batchLength - written, end - batchLength + written);
    }
    batchLength = 0;
  }

  return {
    add(low, high) {
      const part = high >>> PART_SHIFT;
      const count = keptCount[part] ?? 0;
      const at = (part * KEPT + count) * 2;
      kept[at] = low;
      kept[at + 1] = high;
      keptCount[part] = count + 1;
      if (count + 1 === KEPT) write(part);
    },
    flush() {
      for (let part = 0; part < PARTS; part += 1) write(part);
      writeBatch();
      fsyncSync(file);
      return end;
    },
    count(first, last) {
      let count = 0;
      for (const list of pieces.slice(first, last)) for (const piece of list) count += piece % (KEPT * 2);
      return count;
    },
    read(first, last) {
      const count = this.count(first, last);
      if (buffer.length < 2 * count) buffer = new Uint32Array(2 * count);
      const bytes = Buffer.from(buffer.buffer);
      let at = 0;
      for (const piece of pieces.slice(first, last).flat()) {
        const size = 8 * (piece % (KEPT * 2));
        readExactly(file, bytes.subarray(at, at + size), Math.floor(piece / (KEPT * 2)) + HEADER);
        at += size;
      }
      return buffer.subarray(0, 2 * count);
    },
    close: () => closeSync(file),
  };
}

/** One number for a piece, as there are a million of them: exact, since a file stays far below 2^42 bytes. */
function pieceAt(position: number, keys: number): number {
  return position * KEPT * 2 + keys;
}

function readExactly(file: number, into: Buffer, position: number): void {
  for (let read = 0; read < into.length; ) {
    const count = readSync(file, into, read, into.length - read, position + read);
    if (count === 0) throw new RangeError(`the file of ${fstatSync(file).size} bytes ends too early`);
    read += count;
  }
}
