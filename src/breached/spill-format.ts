/**
 * The file that the keys of a list are sorted into while it is read, for as long as the import takes. Pieces of up to
 * {@link PIECE} keys of one part, each telling where the piece of the same part before it is; behind what was made
 * durable, an index: where the last piece of each part is, and how many keys begin with each 16 bits. So neither writing
 * nor reading needs memory that grows with the number of keys, and who goes on later finds everything from the end.
 */

/** Parts that keys are sorted into, by the leading bits of the hash. */
export const PARTS = 2048;
/** Keys of one part that are written together: 8 kB, and as many are kept in memory, 16 MB for all parts. */
export const PIECE = 1024;
/** Beginnings of a hash of which the keys are counted. There are no more shards than that. */
export const BEGINNINGS = 65_536;

/** Of a piece: its part and its keys (32 bits each), and where the one before is (64 bits, a double). */
export const HEADER = 16;
/** Where there is no piece before. */
export const NONE = -1;

/** What is known about all pieces, as doubles: positions and numbers that may pass 2^32. */
export interface SpillIndex {
  readonly bytes: Buffer;
  /** Position of the last piece of each part. */
  readonly last: Float64Array;
  /** Keys by the first 16 bits. */
  readonly counts: Float64Array;
}

export const INDEX_BYTES = 8 * (PARTS + BEGINNINGS);

/** An index of no pieces. */
export function createIndex(): SpillIndex {
  const bytes = Buffer.alloc(INDEX_BYTES);
  const last = new Float64Array(bytes.buffer, bytes.byteOffset, PARTS).fill(NONE);
  return { bytes, last, counts: new Float64Array(bytes.buffer, bytes.byteOffset + 8 * PARTS, BEGINNINGS) };
}
