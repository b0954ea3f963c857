import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import { HASH_KINDS } from './hash-password.ts';

/**
 * The file of a breached-password filter, version 1. All numbers are little-endian.
 *
 * - Block 0: a magic, the version, where the description is and its checksum. Written last, so that a file that was not
 *   finished is none.
 * - Blocks 1 and following: fingerprints, each shard beginning at a block of its own.
 * - Behind them the description, {@link descriptionSchema} as JSON; the file ends with it.
 *
 * A block is 4096 bytes, the last four of which are a CRC-32 over the others that begins with the file's `id` and the
 * number of the block: what a look-up reads proves itself to be whole, of this file and from the right place.
 */
export const BLOCK = 4096;
/** Bytes of fingerprints in a block. */
export const PAYLOAD = BLOCK - 4;

const MAGIC = Buffer.from('keyturn breached\n');
const FORMAT_VERSION = 1;
const AT = { version: 20, offset: 24, length: 32, checksum: 36 } as const;
const LARGEST_DESCRIPTION = 4 * 1024 * 1024;

const whole = (maximum: number) => z.int().min(0).max(maximum);

const descriptionSchema = z.strictObject({
  hash: z.enum(HASH_KINDS),
  /** Of a fingerprint: of passwords that are not in the list, 1 in 2^bits is taken for one that is. */
  bits: z.union([z.literal(8), z.literal(16)]),
  /** Different hashes of the list. */
  hashes: whole(Number.MAX_SAFE_INTEGER),
  /** Name of the list without its folder, and SHA-256 of the file as it was read (compressed, if it was). */
  list: z.string(),
  listSha256: z.string().regex(/^[0-9a-f]{64}$/),
  importedAt: z.iso.datetime(),
  id: whole(0xffffffff),
  /** A power of two: the leading bits of a hash say in which shard it is. For each: first block, segment length, segment count, seed. */
  shards: z.array(z.tuple([whole(2 ** 40), whole(2 ** 20), whole(2 ** 31), whole(0xffffffff)])).min(1),
});
export type FilterDescription = z.infer<typeof descriptionSchema>;

/** CRC-32 of a block: the first 4092 bytes, begun with the file and the block's number. */
export function blockChecksum(block: Buffer, id: number, index: number): number {
  return crc32(block.subarray(0, PAYLOAD), (id ^ Math.imul(index, 0x9e3779b1)) >>> 0);
}

export function encodeDescription(description: FilterDescription): Buffer {
  return Buffer.from(JSON.stringify(description));
}

/** Block 0 of a file whose description begins at `offset`. */
export function encodeFirstBlock(description: Buffer, offset: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  MAGIC.copy(block);
  block.writeUInt32LE(FORMAT_VERSION, AT.version);
  block.writeBigUInt64LE(BigInt(offset), AT.offset);
  block.writeUInt32LE(description.length, AT.length);
  block.writeUInt32LE(crc32(description), AT.checksum);
  block.writeUInt32LE(blockChecksum(block, 0, 0), PAYLOAD);
  return block;
}

/**
 * Where the description of a file of `size` bytes is.
 * @throws AppError `breached.file-damaged`
 */
export function decodeFirstBlock(block: Buffer, size: number): { offset: number; length: number; checksum: number } {
  if (block.length !== BLOCK || !block.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged('it is no filter of breached passwords');
  const version = block.readUInt32LE(AT.version);
  if (version !== FORMAT_VERSION) throw damaged(`its format is version ${version}, this Keyturn reads version ${FORMAT_VERSION}`);
  if (block.readUInt32LE(PAYLOAD) !== blockChecksum(block, 0, 0)) throw damaged('the checksum of its first block is wrong');
  const offset = Number(block.readBigUInt64LE(AT.offset));
  const length = block.readUInt32LE(AT.length);
  if (offset + length !== size || length > LARGEST_DESCRIPTION) throw damaged('it is shorter or longer than when it was written');
  return { offset, length, checksum: block.readUInt32LE(AT.checksum) };
}

/** @throws AppError `breached.file-damaged` */
export function decodeDescription(bytes: Buffer, checksum: number): FilterDescription {
  if (crc32(bytes) !== checksum) throw damaged('the checksum of its description is wrong');
  const parsed = descriptionSchema.safeParse(JSON.parse(bytes.toString('utf8')));
  if (!parsed.success || !isPowerOfTwo(parsed.data.shards.length)) throw damaged('its description is not understood');
  return parsed.data;
}

/** The shard in which a hash is, by its leading bits. */
export function shardOf(high: number, shardCount: number): number {
  return shardCount === 1 ? 0 : high >>> (32 - Math.log2(shardCount));
}

/** The two words of a hash that are its key: its first eight bytes. */
export function keyOf(hash: Buffer): { low: number; high: number } {
  return { high: hash.readUInt32BE(0), low: hash.readUInt32BE(4) };
}

export function damaged(problem: string): AppError {
  return new AppError('breached.file-damaged', { problem });
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}
