import { crc32 } from 'node:zlib';
import { AppError } from '../../shared/errors.ts';
import { HASH_DIGITS, HASH_KINDS, type HashKind } from './hash-password.ts';

/** Takes the text of a list piece by piece, however it is cut, and hands on the first eight bytes of each hash. */
export interface ListParser {
  push(chunk: Buffer): void;
  /** @throws AppError `breached.list-truncated` when the text ends within a line, `breached.list-empty` */
  end(): void;
  /** Lines handed on, the bytes they take, and CRC-32 of those: what is needed to go on from here another time. */
  readonly position: ListPosition;
  /** Null before the first line. */
  readonly kind: HashKind | null;
}

export interface ListPosition {
  readonly lines: number;
  readonly bytes: number;
  readonly checksum: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const COLON = 0x3a;
/** Longer than any line of a list: 40 digits, a colon, a count, an end. */
const LONGEST_LINE = 80;

/** The value of a hexadecimal digit by its character code, 255 for all others. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 255 : value;
});

/**
 * @param onHash called for each line, the lower half of the eight bytes first
 * @param from where an earlier run ended; the text pushed first is what follows there
 */
export function createListParser(
  onHash: (low: number, high: number) => void,
  from: ListPosition & { kind: HashKind | null } = { lines: 0, bytes: 0, checksum: 0, kind: null },
): ListParser {
  let { lines, bytes, checksum, kind } = from;
  let digits = kind === null ? 0 : HASH_DIGITS[kind];
  const started = Buffer.alloc(LONGEST_LINE);
  let startedLength = 0;

  function malformed(problem: string): AppError {
    return new AppError('breached.list-malformed', { line: lines + 1, problem });
  }

  /** The kind that the first line is of. Nothing of the line is told: a wrong file may hold anything. */
  function recognise(line: Buffer): void {
    kind = HASH_KINDS.find((candidate) => line[HASH_DIGITS[candidate]] === COLON) ?? null;
    if (kind === null) throw malformed('expected HASH:COUNT with a SHA-1 or NTLM hash in hexadecimal');
    digits = HASH_DIGITS[kind];
  }

  /** Whole lines, the last of them ended. */
  function parse(text: Buffer): void {
    let at = 0;
    while (at < text.length) {
      if (digits === 0) recognise(text.subarray(at, at + LONGEST_LINE));
      const colon = at + digits;
      let high = 0;
      let low = 0;
      let wrong = 0;
      for (let index = at; index < at + 8; index += 1) {
        const digit = DIGITS[text[index] ?? 0] ?? 255;
        wrong |= digit;
        high = (high << 4) | digit;
      }
      for (let index = at + 8; index < at + 16; index += 1) {
        const digit = DIGITS[text[index] ?? 0] ?? 255;
        wrong |= digit;
        low = (low << 4) | digit;
      }
      for (let index = at + 16; index < colon; index += 1) wrong |= DIGITS[text[index] ?? 0] ?? 255;
      if (wrong > 15 || text[colon] !== COLON) throw malformed(`expected ${digits} hexadecimal digits and a colon`);
      at = endOfCount(text, colon + 1);
      lines += 1;
      onHash(low >>> 0, high >>> 0);
    }
    bytes += text.length;
    checksum = crc32(text, checksum);
  }

  /** Where the next line begins. */
  function endOfCount(text: Buffer, start: number): number {
    let at = start;
    let code = text[at] ?? 0;
    while (code >= 0x30 && code <= 0x39) code = text[++at] ?? 0;
    const counted = at > start;
    if (code === CARRIAGE_RETURN) code = text[++at] ?? 0;
    if (!counted || code !== LINE_FEED) throw malformed('expected a count of digits alone behind the colon');
    return at + 1;
  }

  function keep(rest: Buffer): void {
    if (startedLength + rest.length > LONGEST_LINE) throw malformed('the line is too long');
    rest.copy(started, startedLength);
    startedLength += rest.length;
  }

  return {
    push(chunk) {
      let start = 0;
      if (startedLength > 0) {
        const end = chunk.indexOf(LINE_FEED);
        keep(end < 0 ? chunk : chunk.subarray(0, end + 1));
        if (end < 0) return;
        const line = started.subarray(0, startedLength);
        startedLength = 0;
        parse(line);
        start = end + 1;
      }
      const end = chunk.lastIndexOf(LINE_FEED) + 1;
      if (end > start) parse(chunk.subarray(start, end));
      keep(chunk.subarray(Math.max(start, end)));
    },
    end() {
      if (startedLength > 0) throw new AppError('breached.list-truncated', { line: lines + 1, problem: 'the last line has no end' });
      if (lines === 0) throw new AppError('breached.list-empty');
    },
    get position() {
      return { lines, bytes, checksum };
    },
    get kind() {
      return kind;
    },
  };
}
