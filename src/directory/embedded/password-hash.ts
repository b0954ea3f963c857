import { hash, verify } from '@node-rs/argon2';
import { SLOW_HASH_COST } from '../../core/ports/slow-hash.ts';

/** Hashes a password. It is brought to NFC first, so that the same text typed on two keyboards is the same password (NIST SP 800-63B-4 3.1.1.2). */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'), SLOW_HASH_COST);
}

/** Whether `password` is the one behind an argon2 string. A string that is no argon2 hash matches nothing. */
export async function matchesHash(stored: string, password: string): Promise<boolean> {
  if (!stored.startsWith('$argon2')) return false;
  return verify(stored, password.normalize('NFC'));
}

/** The hash of a password that was thrown away: comparing with it takes as long as with anybody's. */
export const nobodysHash = '$argon2id$v=19$m=19456,t=2,p=1$ZyQoW8z7xslNiL+UHEZOPQ$AuG+qgjSipwNwAc4kGgBMqPuZBHM9Oab5OVU6o+7SUU';
