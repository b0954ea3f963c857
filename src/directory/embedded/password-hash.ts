import { hash, verify } from '@node-rs/argon2';

/**
 * Argon2id (the library's default variant), 19 MiB, two passes, one lane: the OWASP Password Storage minimum,
 * RFC 9106 format. About 75 ms of one core for each call.
 */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;

/** Hashes a password. It is brought to NFC first, so that the same text typed on two keyboards is the same password (NIST SP 800-63B-4 3.1.1.2). */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'), cost);
}

/** Whether `password` is the one behind an argon2 string. A string that is no argon2 hash matches nothing. */
export async function matchesHash(stored: string, password: string): Promise<boolean> {
  if (!stored.startsWith('$argon2')) return false;
  return verify(stored, password.normalize('NFC'));
}

/** The hash of a password that was thrown away: comparing with it takes as long as with anybody's. */
export const nobodysHash = '$argon2id$v=19$m=19456,t=2,p=1$ZyQoW8z7xslNiL+UHEZOPQ$AuG+qgjSipwNwAc4kGgBMqPuZBHM9Oab5OVU6o+7SUU';
