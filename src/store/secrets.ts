import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { AppError } from '../../shared/errors.ts';

/** A key that seals columns. `id` is stored with every value, so it must never be given to another key. */
export interface SealingKey {
  /** 1 to 64 characters of `A-Z a-z 0-9 _ -`. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Where a sealed value lives and whom it belongs to. A value opens only there. */
export interface Place {
  readonly table: string;
  readonly column: string;
  /** The other columns of its row that it is bound to, in a fixed order. */
  readonly bound: readonly (string | number | null)[];
}

export interface Secrets {
  /** The ids of the ring, the one that seals first. */
  readonly keyIds: readonly [string, ...string[]];
  /** Encrypts `plain` for its place, with the first key unless another of the ring is named. Never gives the same value twice. */
  seal(place: Place, plain: string, keyId?: string): string;
  /** @throws AppError `store.undecryptable` when the value or its row was changed, it was moved from elsewhere, or its key is not in the ring */
  open(place: Place, sealed: string): string;
}

const VERSION = 'v2';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** The installation's key may have other uses; sealing has a key of its own derived from it (RFC 5869). */
const PURPOSE = 'keyturn column sealing v2';
const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Sealing of columns by AES-256-GCM (NIST SP 800-38D) with a random 96-bit IV. Table, column and what the row says about
 * its owner are the additional authenticated data, so that somebody who can write to the database can neither move one
 * person's value to another nor tell something else beside it.
 *
 * A sealed value reads `v2.<key id>.<base64url of IV, ciphertext, tag>`. The first key of the ring seals, all of them open:
 * a new key is put first, and the old one stays for as long as values of it exist.
 * @throws AppError `settings.invalid` for an empty ring, a malformed id, two keys of one id, or a key that is not 32 bytes
 */
export function createSecrets(ring: readonly SealingKey[]): Secrets {
  const keys = readRing(ring);
  const [first, ...others] = keys.keys();
  if (first === undefined) throw new AppError('settings.invalid', { reason: 'no-sealing-key' });

  return {
    keyIds: [first, ...others],
    seal(place, plain, keyId = first) {
      const key = keys.get(keyId);
      if (key === undefined) throw new AppError('internal.unexpected', { reason: 'sealing-key-not-in-ring', key: keyId });
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(nameOf(place));
      const sealed = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${VERSION}.${keyId}.${sealed.toString('base64url')}`;
    },
    open(place, sealed) {
      const [version, id, body, ...rest] = sealed.split('.');
      const key = id === undefined ? undefined : keys.get(id);
      if (version !== VERSION || body === undefined || rest.length > 0) throw undecryptable(place, 'malformed');
      if (key === undefined) throw undecryptable(place, 'key-not-in-ring');
      const bytes = Buffer.from(body, 'base64url');
      if (bytes.length < IV_BYTES + TAG_BYTES) throw undecryptable(place, 'malformed');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
        decipher.setAAD(nameOf(place));
        decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
        const plain = decipher.update(bytes.subarray(IV_BYTES, bytes.length - TAG_BYTES));
        return Buffer.concat([plain, decipher.final()]).toString('utf8');
      } catch (cause) {
        throw undecryptable(place, 'not-authentic', cause);
      }
    },
  };
}

function readRing(ring: readonly SealingKey[]): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  for (const { id, key } of ring) {
    if (!KEY_ID.test(id)) throw new AppError('settings.invalid', { reason: 'sealing-key-id-malformed' });
    if (key.length !== KEY_BYTES) throw new AppError('settings.invalid', { reason: 'sealing-key-not-32-bytes', key: id });
    if (keys.has(id)) throw new AppError('settings.invalid', { reason: 'sealing-key-id-twice', key: id });
    keys.set(id, createSecretKey(Buffer.from(hkdfSync('sha256', key, '', PURPOSE, KEY_BYTES))));
  }
  return keys;
}

/** JSON, because no two different lists have the same. */
function nameOf(place: Place): Buffer {
  return Buffer.from(JSON.stringify([place.table, place.column, ...place.bound]), 'utf8');
}

function undecryptable(place: Place, reason: string, cause?: unknown): AppError {
  return new AppError('store.undecryptable', { table: place.table, column: place.column, reason }, { cause });
}
