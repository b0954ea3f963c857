import type { Random } from '../../core/ports/platform.ts';

/**
 * A random password of 256 bits of randomness or more that passes any complexity rule, at least `minimumLength` and never more than 256
 * characters long. Nobody is told it.
 */
export function temporaryPassword(random: Random, minimumLength: number): string {
  const length = Math.min(256, Math.max(48, minimumLength));
  const text = Buffer.from(random.bytes(length)).toString('base64url');
  // One character of each category first: base64 of chance may lack one.
  return `aA1-${text}`.slice(0, length);
}
