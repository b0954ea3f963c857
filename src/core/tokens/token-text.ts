import type { Random } from '../ports/platform.ts';
import { randomToken } from '../random-id.ts';

/** What every token begins with, so that scanners for secrets find one that was left in a file. */
export const TOKEN_PREFIX = 'ktn_';

const FORM = /^ktn_([\w-]{43})([0-9a-f]{8})$/;

/**
 * A new token: the prefix, 256 random bits in base64url, and the CRC-32 (ISO 3309, as in gzip) of both in eight hexadecimal digits, by
 * which a scanner tells a real one from what looks like it, and a cut one is known without a look at the database.
 */
export function newTokenText(random: Random): string {
  const text = `${TOKEN_PREFIX}${randomToken(random)}`;
  return `${text}${checksum(text)}`;
}

/** Whether a text can be a token at all. */
export function isTokenText(text: string): boolean {
  const [, secret, sum] = FORM.exec(text) ?? [];
  return secret !== undefined && checksum(`${TOKEN_PREFIX}${secret}`) === sum;
}

function checksum(text: string): string {
  let crc = ~0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return (~crc >>> 0).toString(16).padStart(8, '0');
}
