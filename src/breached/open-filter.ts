import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../../shared/errors.ts';
import {
  BLOCK,
  blockChecksum,
  damaged,
  decodeDescription,
  decodeFirstBlock,
  type FilterDescription,
  keyOf,
  PAYLOAD,
  shardOf,
} from './filter-format.ts';
import { type Location, locate } from './fuse-filter.ts';
import { hashPassword } from './hash-password.ts';
import { isErrno } from './is-errno.ts';

export interface BreachedFilter {
  readonly description: FilterDescription;
  /** Bytes on the disk. */
  readonly size: number;
  /**
   * Whether a password (normalised) is in the list, or one of the few that are taken for it. Three reads of one block, for
   * every password, each checked.
   * @throws AppError `breached.file-damaged`
   */
  contains(password: string): Promise<boolean>;
  /** The same for a hash of the list's kind. */
  containsHash(hash: Buffer): Promise<boolean>;
  /** Reads the whole file. @throws AppError `breached.file-damaged` */
  verify(): Promise<void>;
  /** Waits for the look-ups that are running. */
  close(): Promise<void>;
}

/**
 * Opens a filter; its fingerprints stay on the disk.
 * @throws AppError `breached.file-missing`, `breached.file-damaged`
 */
export async function openFilter(path: string): Promise<BreachedFilter> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) throw new AppError('breached.file-missing', { file: path });
    throw error;
  });
  try {
    const { size } = await file.stat();
    const place = decodeFirstBlock(await readAt(file, 0, BLOCK), size);
    const description = decodeDescription(await readAt(file, place.offset, place.length), place.checksum);
    return filterOver(file, description, { size, end: place.offset });
  } catch (error) {
    await file.close();
    throw error;
  }
}

function filterOver(file: FileHandle, description: FilterDescription, { size, end }: { size: number; end: number }): BreachedFilter {
  const { bits, hash: kind, id, shards } = description;
  const width = bits / 8;
  const blocks = end / BLOCK;

  async function readBlock(index: number): Promise<Buffer> {
    if (index < 1 || index >= blocks) throw damaged('its description does not fit its content');
    const block = await readAt(file, index * BLOCK, BLOCK);
    if (block.readUInt32LE(PAYLOAD) !== blockChecksum(block, id, index)) throw damaged(`the checksum of block ${index} is wrong`);
    return block;
  }

  async function fingerprintAt(firstBlock: number, position: number): Promise<number> {
    const at = position * width;
    const block = await readBlock(firstBlock + Math.floor(at / PAYLOAD));
    return width === 1 ? block.readUInt8(at % PAYLOAD) : block.readUInt16LE(at % PAYLOAD);
  }

  async function containsHash(hash: Buffer): Promise<boolean> {
    const { low, high } = keyOf(hash);
    const shard = shards[shardOf(high, shards.length)];
    if (shard === undefined) throw damaged('a shard is missing');
    const [firstBlock, segmentLength, segmentCount, seed] = shard;
    const location: Location = { first: 0, second: 0, third: 0, fingerprint: 0 };
    locate(low, high, seed, { segmentLength, segmentCount }, bits, location);
    const read = (position: number) => fingerprintAt(firstBlock, position);
    const [first, second, third] = await Promise.all([read(location.first), read(location.second), read(location.third)]);
    return (first ^ second ^ third) === location.fingerprint;
  }

  return {
    description,
    size,
    containsHash,
    contains: (password) => containsHash(hashPassword(password, kind)),
    async verify() {
      for (let index = 1; index < blocks; index += 1) await readBlock(index);
    },
    close: () => file.close(),
  };
}

/** @throws AppError `breached.file-damaged` when the file ends before, or cannot be read */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, position).catch((error: unknown) => {
    throw isErrno(error, 'EIO') ? damaged('the disk cannot read it') : error;
  });
  if (bytesRead !== length) throw damaged('it ends too early');
  return buffer;
}
