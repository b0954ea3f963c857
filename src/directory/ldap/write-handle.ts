import { AppError } from '../../../shared/errors.ts';
import { type LdapEntry, toLdapEntry } from './entry.ts';

/**
 * An entry as text, for `PreparedWrite.handle`: the DN and the attributes that a write looks at. Text attributes only.
 */
export function toHandle(entry: LdapEntry, attributes: readonly string[]): string {
  const values = Object.fromEntries(attributes.map((name) => [name, entry.texts(name)]));
  return JSON.stringify({ dn: entry.dn, values });
}

/**
 * The entry within a handle.
 * @throws AppError `directory.protocol` for a text that no directory of this kind made
 */
export function fromHandle(handle: string): LdapEntry {
  const { dn, values } = parse(handle);
  if (typeof dn !== 'string' || typeof values !== 'object' || values === null) throw notOurs();
  return toLdapEntry({ ...(values as Record<string, string[]>), dn });
}

function parse(handle: string): { dn?: unknown; values?: unknown } {
  try {
    return JSON.parse(handle) as { dn?: unknown; values?: unknown };
  } catch (cause) {
    throw notOurs(cause);
  }
}

function notOurs(cause?: unknown): AppError {
  return new AppError('directory.protocol', { problem: 'The write was prepared by another kind of directory' }, { cause });
}
