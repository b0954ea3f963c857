import { Secret, TOTP } from 'otpauth';
import type { Random } from '../ports/platform.ts';

/** RFC 4226 4 R6: 128 bits at least, 160 are recommended. */
const FEWEST_BITS = 128;
const NEW_BYTES = 20;
/** More than any authenticator makes. */
const MOST_CHARACTERS = 208;

/** What keeps a text from being a seed. */
export type SeedProblem = 'not-base32' | 'too-short';

/**
 * Reads a seed in base32 (RFC 4648 6) as people type and systems export it: in groups, in small letters, with padding or without.
 * @returns the seed in capitals without padding, or what is wrong with it
 */
export function readSeed(text: string): { seed: string } | { problem: SeedProblem } {
  const seed = text
    .replace(/[\s-]+/g, '')
    .replace(/=+$/, '')
    .toUpperCase();
  // A rest of 1, 3 or 6 characters holds no whole byte: one was lost on the way.
  if (!/^[A-Z2-7]+$/.test(seed) || seed.length > MOST_CHARACTERS || [1, 3, 6].includes(seed.length % 8)) return { problem: 'not-base32' };
  if (Math.floor((seed.length * 5) / 8) * 8 < FEWEST_BITS) return { problem: 'too-short' };
  return { seed };
}

/** 160 random bits in base32. */
export function newSeed(random: Random): string {
  return new Secret({ buffer: Uint8Array.from(random.bytes(NEW_BYTES)).buffer }).base32;
}

/** What an authenticator app reads from a QR code: `otpauth://totp/...`. Holds the seed. */
export function otpauthAddress(seed: string, shown: { issuer: string; account: string }): string {
  // A colon divides issuer and account there.
  const [issuer, label] = [shown.issuer, shown.account].map((text) => text.replaceAll(':', ' '));
  return new TOTP({ issuer, label, secret: Secret.fromBase32(seed), algorithm: 'SHA1', digits: 6, period: 30 }).toString();
}
