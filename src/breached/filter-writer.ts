import { closeSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { BLOCK, blockChecksum, encodeDescription, encodeFirstBlock, type FilterDescription, PAYLOAD } from './filter-format.ts';
import { writeAt } from './positioned.ts';

/** Writes a filter's file from front to back. */
export interface FilterWriter {
  /** Writes the fingerprints of one shard; returns its first block. */
  shard(fingerprints: Uint8Array | Uint16Array): number;
  /** Waits for the disk; returns the blocks that a later run can keep. */
  flush(): number;
  /** Writes the description and then the first block, which makes it a filter. */
  finish(description: FilterDescription): void;
  close(): void;
}

const AT_ONCE = 256;

/** @param blocks how many blocks of an earlier run are kept; 1 (the first) to begin anew */
export function openFilterWriter(path: string, id: number, blocks: number): FilterWriter {
  const file = openSync(path, blocks === 1 ? 'w' : 'r+', 0o644);
  ftruncateSync(file, blocks * BLOCK);
  const batch = Buffer.alloc(AT_ONCE * BLOCK);
  let next = blocks;

  return {
    shard(fingerprints) {
      const first = next;
      const bytes = Buffer.from(fingerprints.buffer, fingerprints.byteOffset, fingerprints.byteLength);
      for (let start = 0; start < bytes.length; start += AT_ONCE * PAYLOAD) {
        const part = bytes.subarray(start, start + AT_ONCE * PAYLOAD);
        const count = Math.ceil(part.length / PAYLOAD);
        batch.fill(0, (count - 1) * BLOCK, count * BLOCK);
        for (let index = 0; index < count; index += 1) {
          const block = batch.subarray(index * BLOCK, (index + 1) * BLOCK);
          part.copy(block, 0, index * PAYLOAD, (index + 1) * PAYLOAD);
          block.writeUInt32LE(blockChecksum(block, id, next + index), PAYLOAD);
        }
        writeAt(file, batch.subarray(0, count * BLOCK), next * BLOCK);
        next += count;
      }
      return first;
    },
    flush() {
      fsyncSync(file);
      return next;
    },
    finish(description) {
      const bytes = encodeDescription(description);
      writeAt(file, bytes, next * BLOCK);
      fsyncSync(file);
      writeAt(file, encodeFirstBlock(bytes, next * BLOCK), 0);
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}
