import { Buffer } from 'node:buffer';
import { AppError } from '../../shared/errors.ts';
import { withLines } from '../../shared/fix-text.ts';
import type { ResolveSecret } from './resolve-secret.ts';
import type { Settings } from './settings.ts';

export const KEY_BYTES = 32;

/** A key of this installation, ready for use. */
export interface InstallationKey {
  id: string;
  key: Uint8Array;
}

/**
 * Reads the keys that the settings name. The first one seals, all of them open.
 *
 * @throws AppError `settings.invalid` when no key is named or one is not 32 bytes in base64 (all problems at once),
 * `configuration.secret-missing` when a reference leads nowhere
 */
export function resolveKeys(settings: Settings, resolveSecret: ResolveSecret): InstallationKey[] {
  if (settings.keys.length === 0) {
    throw new AppError('settings.invalid', {
      problems: ['keys: no key is configured'],
      fix: withLines('Make one, and name it under `keys:` in the settings file', 'keyturn key create /etc/keyturn/key'),
    });
  }
  const problems: string[] = [];
  const keys = settings.keys.map((key, index) => {
    const bytes = decodeKey(resolveSecret(key.secret));
    if (bytes === null) problems.push(`keys[${index}].secret: ${key.secret} does not hold ${KEY_BYTES} bytes in base64`);
    return { id: key.id, key: bytes ?? new Uint8Array() };
  });
  if (problems.length > 0) throw new AppError('settings.invalid', { problems });
  return keys;
}

/** Base64 (RFC 4648 section 4 or 5) of exactly 32 bytes; null for anything else. */
export function decodeKey(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES ? new Uint8Array(bytes) : null;
}
