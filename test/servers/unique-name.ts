import { randomBytes } from 'node:crypto';

/** A name nobody else uses, such as `lock-4f9c01ab`. Fits sAMAccountName (20 characters) while the prefix has 11 at most. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}
