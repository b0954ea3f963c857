import type { LdapEntry } from './entry.ts';

const day = 86_400_000;

/**
 * Whether the account has ended by shadowExpire: days since 1970-01-01 after which it must not be used (RFC 2307 section 3,
 * shadow(5)). -1, as some tools write it, is "never"; what is no number closes.
 */
export function isShadowExpired(entry: LdapEntry, now: number): boolean {
  const text = entry.text('shadowExpire');
  if (text === null || text.trim() === '-1') return false;
  return !/^\d{1,7}$/.test(text.trim()) || Number(text) * day <= now;
}
