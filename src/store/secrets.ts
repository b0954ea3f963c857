import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { AppError } from '../../shared/errors.ts';

/** A key that seals columns. `id` is stored with every value, so it must never be given to another key. */
export interface SealingKey {
  /** 1 to 64 characters of `A-Z a-z 0-9 _ -`. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Where a sealed value lives. A value opens only in its own place. */
export interface Place {
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

export interface Secrets {
  /** Encrypts `plain` for its place. The same text sealed twice gives two different values. */
  seal(place: Place, plain: string): string;
  /** @throws AppError `store.undecryptable` when the value was changed, moved from elsewhere, or its key is not in the ring */
  open(place: Place, sealed: string): string;
}

const VERSION = 'v1';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** The installation's key has other uses (digests); sealing has a key of its own derived from it (RFC 5869). */
const PURPOSE = 'keyturn column sealing v1';
const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Sealing of columns by AES-256-GCM (NIST SP 800-38D) with a random 96-bit IV. Table, column and row id are the additional
 * authenticated data, so that somebody who can write to the database cannot move one person's value to another.
 *
 * A sealed value reads `v1.<key id>.<base64url of IV, ciphertext, tag>`. The first key of the ring seals, all of them open:
 * a new key is put first, and the old one stays for as long as values of it exist.
 * @throws AppError `settings.invalid` for an empty ring, a malformed id, two keys of one id, or a key that is not 32 bytes
 */
export function createSecrets(ring: readonly SealingKey[]): Secrets {
  const keys = readRing(ring);
  const first = ring[0];
  const sealingKey = first === undefined ? undefined : keys.get(first.id);
  if (first === undefined || sealingKey === undefined) throw new AppError('settings.invalid', { reason: 'no-sealing-key' });
  const prefix = `${VERSION}.${first.id}.`;

  return {
    seal(place, plain) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealingKey, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(nameOf(place));
      const sealed = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return prefix + sealed.toString('base64url');
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

/** Names of tables and columns are ours and hold no `|`, so no two places have one name, whatever the row id holds. */
function nameOf(place: Place): Buffer {
  return Buffer.from(`${place.table}|${place.column}|${place.row}`, 'utf8');
}

function undecryptable(place: Place, reason: string, cause?: unknown): AppError {
  return new AppError('store.undecryptable', { table: place.table, column: place.column, reason }, { cause });
}
