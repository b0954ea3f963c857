import type { Keys } from '../ports/platform.ts';

/** 132 bits: enough that no two names share one, short enough for a line of the log. */
const LENGTH = 22;

/**
 * What the audit log keeps of a name that somebody typed: a keyed digest, the same for every spelling in capitals. People
 * type passwords there by mistake, so no letter of it is kept; which accounts it found stands beside it. Whoever knows the
 * name finds its events with `keyturn audit find`.
 */
export function typedNameDigest(keys: Keys, typedName: string): string {
  return keys.digest('typed-name', typedName.normalize('NFC').trim().toLowerCase()).slice(0, LENGTH);
}
