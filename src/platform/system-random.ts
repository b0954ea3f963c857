import { Buffer } from 'node:buffer';
import { randomFillSync, randomInt } from 'node:crypto';
import type { Random } from '../core/ports/platform.ts';

/** Asking the operating system costs the same for one byte as for this many. */
const POOL_BYTES = 4096;

const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** Bytes of the operating system's generator, fetched in larger portions. Each is given out once and not kept. */
function takeBytes(length: number): Uint8Array {
  if (length > POOL_BYTES) return randomFillSync(new Uint8Array(length));
  if (used + length > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = new Uint8Array(pool.subarray(used, used + length));
  pool.fill(0, used, used + length);
  used += length;
  return bytes;
}

/** The operating system's generator. */
export const systemRandom: Random = {
  bytes: takeBytes,
  integer: (below) => randomInt(below),
};
