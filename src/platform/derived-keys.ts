import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import type { Keys } from '../core/ports/platform.ts';

/**
 * One key for each purpose, derived from one key (HKDF-SHA-256, RFC 5869), so that no value made for one
 * purpose means anything for another.
 */
function deriveKey(master: Uint8Array, purpose: string): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync('sha256', master, new Uint8Array(0), `keyturn/${purpose}`, 32)));
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * The Keys port over the digest key of the database, which stays the same whatever key seals it. Key objects are kept:
 * made from bytes anew, one costs more than the digest.
 */
export function createKeys(master: Uint8Array): Keys {
  const derived = new Map<string, KeyObject>();
  const keyFor = (purpose: string): KeyObject => {
    const key = derived.get(purpose) ?? deriveKey(master, purpose);
    derived.set(purpose, key);
    return key;
  };
  return {
    digest(purpose, value) {
      return createHmac('sha256', keyFor(purpose)).update(value).digest('base64url');
    },
    seal(purpose, about, text) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyFor(purpose), iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(about));
      return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    open(purpose, about, sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < IV_BYTES + TAG_BYTES) return null;
      try {
        const decipher = createDecipheriv('aes-256-gcm', keyFor(purpose), bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(about));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}
