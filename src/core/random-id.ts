import type { Random } from './ports/platform.ts';

/** A random identifier: 128 bits as 22 characters of base64url. */
export function randomId(random: Random): string {
  return Buffer.from(random.bytes(16)).toString('base64url');
}

/** A bearer secret: 256 bits as 43 characters of base64url (ASVS 5.0 7.2.3 asks for 128). */
export function randomToken(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('base64url');
}

/** Two digits to read out or to copy by eye, from 10 to 99: nobody leaves a leading nought away. */
export function twoDigits(random: Random): string {
  return String(10 + random.integer(90));
}

/** A numeric code of `length` digits, every value equally likely, leading zeros kept. */
export function randomCode(random: Random, length: number): string {
  let code = '';
  for (let digit = 0; digit < length; digit += 1) code += String(random.integer(10));
  return code;
}
