import { plainCode } from '../../../shared/plain-code.ts';
import type { Random } from '../ports/platform.ts';

/** Base32 after Crockford: no letters that look like digits, and no U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A secret that people read and type, five random bits in each character. */
export function randomReadable(random: Random, length: number): string {
  return Array.from({ length }, () => ALPHABET[random.integer(ALPHABET.length)]).join('');
}

/** One as it was meant: capitals, and digits for the letters that look like them. null: it is none by its form. */
export function readReadable(text: string, length: number): string | null {
  const secret = plainCode(text).toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1');
  return secret.length === length && [...secret].every((character) => ALPHABET.includes(character)) ? secret : null;
}

/** In groups of four, as it is shown. */
export function inGroups(secret: string): string {
  return secret.match(/.{1,4}/g)?.join('-') ?? secret;
}
