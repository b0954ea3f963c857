import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { KEY_BYTES } from './resolve-keys.ts';

/** A fresh key for `settings.keys`: 32 bytes of the system's secure random in base64. */
export function createKey(): string {
  return Buffer.from(randomBytes(KEY_BYTES)).toString('base64');
}

/**
 * Writes a fresh key into a new file that only its owner may read (0600). Never overwrites: a lost key is lost data.
 *
 * @returns false when the file is there already; it is left as it is
 */
export function createKeyFile(path: string): boolean {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(path, `${createKey()}\n`, { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
