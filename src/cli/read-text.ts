import { createReadStream } from 'node:fs';
import { AppError } from '../../shared/errors.ts';

/** Byte order marks; the one of UTF-8 is skipped by its decoder. */
const MARKS = [
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
] as const;
type Encoding = (typeof MARKS)[number]['encoding'] | 'utf-8';

/**
 * The text of a file, piece by piece, without its byte order mark. It is UTF-8 unless a mark says UTF-16 (Unicode 23.8), as spreadsheets
 * and PowerShell write it.
 * @throws AppError `enrolment.file-encoding` for UTF-16 without a mark, and for bytes that are no text in that encoding
 */
export async function* readText(path: string): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let read = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true, ignoreBOM: false });
    read += chunk.length;
    yield decode(decoder, chunk, read);
  }
  if (decoder !== null) yield decode(decoder, null, read);
}

/** Without a mark, every second byte is nothing in UTF-16, as letters of Latin scripts have it there: which half comes first is not guessed. */
function encodingOf(start: Buffer): Encoding {
  const marked = MARKS.find(({ bytes }) => bytes.every((byte, index) => start[index] === byte));
  if (marked !== undefined) return marked.encoding;
  if (start.subarray(0, 200).includes(0)) throw new AppError('enrolment.file-encoding', { reason: 'it looks like UTF-16 without a mark' });
  return 'utf-8';
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Buffer | null, read: number): string {
  try {
    return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (error) {
    const reason = `there are bytes that are no ${decoder.encoding.toUpperCase()} before byte ${read}`;
    throw new AppError('enrolment.file-encoding', { reason }, { cause: error });
  }
}
