import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createGunzip, type Gunzip } from 'node:zlib';
import { AppError } from '../../shared/errors.ts';
import { isErrno } from './is-errno.ts';

/** A list while it is read. */
export interface ListSource {
  /** The text, decompressed; each piece is good until the next one is asked for. @throws AppError `breached.list-truncated`, `breached.list-damaged` */
  readonly text: AsyncIterable<Buffer>;
  /** Bytes of the file on the disk. */
  readonly size: number;
  /** Bytes of the file read until now. */
  readonly bytesRead: () => number;
  /** SHA-256 of the file. Once, after all of it was read. */
  readonly sha256: () => string;
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
const CHUNK = 256 * 1024;

/**
 * Opens a list, plain or gzip (by its first bytes, RFC 1952 2.3.1).
 * @param options.raw as it is on the disk
 * @throws AppError `breached.list-missing`
 */
export async function openList(path: string, options: { raw?: boolean } = {}): Promise<ListSource> {
  const { size, zipped } = await lookAt(path);
  const hash = createHash('sha256');
  let bytesRead = 0;
  const unzips = zipped && options.raw !== true;
  async function* content(): AsyncGenerator<Buffer> {
    for await (const chunk of readPieces(path)) {
      hash.update(chunk);
      bytesRead += chunk.length;
      yield chunk;
    }
  }
  return {
    size,
    text: unzips ? unzip(content(), size) : content(),
    bytesRead: () => bytesRead,
    sha256: () => hash.digest('hex'),
  };
}

/** A file piece by piece, all in one buffer: 40 GB in new ones would be memory that is given back late. */
async function* readPieces(path: string): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  const piece = Buffer.allocUnsafeSlow(CHUNK);
  try {
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, CHUNK);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function lookAt(path: string): Promise<{ size: number; zipped: boolean }> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw isErrno(error, 'ENOENT') ? new AppError('breached.list-missing', { file: path }) : error;
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    const { size } = await file.stat();
    return { size, zipped: bytesRead === 2 && buffer.equals(GZIP_MAGIC) };
  } finally {
    await file.close();
  }
}

async function* unzip(content: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  void feed(gunzip, content);
  try {
    for await (const text of gunzip) {
      yield text;
      giveBack(text);
    }
    // Zeros behind a part, and whatever follows them, are passed over by zlib as padding.
    if (gunzip.bytesWritten < size) throw new AppError('breached.list-truncated', { problem: 'a part of the gzip file is zeros' });
  } catch (error) {
    if (isErrno(error, 'Z_BUF_ERROR')) throw new AppError('breached.list-truncated', { problem: 'the gzip file ends too early' });
    if (isErrno(error, 'Z_DATA_ERROR')) throw new AppError('breached.list-damaged', { problem: 'the gzip file does not fit its checksum' });
    throw error;
  } finally {
    gunzip.destroy();
  }
}

/** Hands on each piece when the one before has been used, as all of them are in one buffer. Ends the stream with an error of the file's. */
async function feed(gunzip: Gunzip, content: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const piece of content) {
      const used = await new Promise<boolean>((resolve) => {
        const closed = () => resolve(false);
        gunzip.once('close', closed);
        gunzip.write(piece, (error) => {
          gunzip.off('close', closed);
          resolve(error === null || error === undefined);
        });
      });
      if (!used) return;
    }
    gunzip.end();
  } catch (error) {
    gunzip.destroy(error instanceof Error ? error : new Error('the list cannot be read', { cause: error }));
  }
}

/**
 * Gives back the memory of decompressed text that was used: 40 GB of it are more than V8 gives back in time. Only of a buffer of which
 * this was the end: the stream goes on in one that is not full.
 */
function giveBack({ buffer, byteOffset, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === CHUNK && byteOffset + byteLength === CHUNK) buffer.transfer(0);
}
