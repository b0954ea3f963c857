import { createReadStream } from 'node:fs';
import { AppError } from '../../../../shared/errors.ts';

/**
 * The text of a file in UTF-8, piece by piece, without a byte order mark.
 * @throws AppError `enrolment.file-encoding` for UTF-16, and for bytes that are no UTF-8
 */
export async function* readText(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let read = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    if (read === 0) refuseUtf16(chunk);
    read += chunk.length;
    yield decode(decoder, chunk, read);
  }
  yield decode(decoder, null, read);
}

/** A mark says so, or every second byte is nothing, as letters of Latin scripts have it there. */
function refuseUtf16(start: Buffer): void {
  const isMarked = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  if (isMarked || start.subarray(0, 200).includes(0)) throw new AppError('enrolment.file-encoding', { reason: 'it looks like UTF-16' });
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Buffer | null, read: number): string {
  try {
    return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw new AppError('enrolment.file-encoding', { reason: `there are bytes that are no UTF-8 before byte ${read}` }, { cause: error });
  }
}
