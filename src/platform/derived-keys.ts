import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { Keys } from '../core/ports/platform.ts';

/**
 * One key for each purpose, derived from one key (HKDF-SHA-256, RFC 5869), so that no value made for one
 * purpose means anything for another.
 */
function deriveKey(master: Uint8Array, purpose: string): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync('sha256', master, new Uint8Array(0), `keyturn/${purpose}`, 32)));
}

/**
 * The Keys port over the digest key of the database, which stays the same whatever key seals it. Key objects are kept:
 * made from bytes anew, one costs more than the digest.
 */
export function createKeys(master: Uint8Array): Keys {
  const derived = new Map<string, KeyObject>();
  return {
    digest(purpose, value) {
      const key = derived.get(purpose) ?? deriveKey(master, purpose);
      derived.set(purpose, key);
      return createHmac('sha256', key).update(value).digest('base64url');
    },
  };
}
