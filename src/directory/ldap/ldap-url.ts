import type { Filter } from 'ldapts';
import { isAppError } from '../../../shared/errors.ts';
import { isAtOrBelow, sameDn } from './dn.ts';
import { configuredFilter, present } from './filters.ts';

/** The members of a dynamic group: all entries of a part of the tree that a filter matches. */
export interface MemberUrl {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  readonly filter: Filter;
}

/** An LDAP URL (RFC 4516 section 2) as dynamic groups have it, without a host; null when it cannot be understood. */
export function parseMemberUrl(url: string): MemberUrl | null {
  const parts = /^ldap:\/\/\/([^?]*)(?:\?([^?]*))?(?:\?([^?]*))?(?:\?([^?]*))?(?:\?(.*))?$/is.exec(url.trim());
  if (parts === null) return null;
  try {
    const [base = '', , scope = '', filter = '', extensions = ''] = parts.slice(1).map((part) => decodeURIComponent(part ?? ''));
    // A critical extension changes what the URL means (section 2.1).
    if (extensions.split(',').some((extension) => extension.startsWith('!'))) return null;
    // Without a scope it is the entry itself (section 3).
    const kind = scope.toLowerCase() || 'base';
    if (kind !== 'base' && kind !== 'one' && kind !== 'sub') return null;
    return { base, scope: kind, filter: filter === '' ? present('objectClass') : configuredFilter(filter, 'memberURL') };
  } catch (error) {
    if (error instanceof URIError || isAppError(error)) return null;
    throw error;
  }
}

/** Whether an entry lies where the URL looks. */
export function isWithin(dn: string, { base, scope }: MemberUrl): boolean {
  if (scope === 'base') return sameDn(dn, base);
  if (base === '') return scope === 'sub';
  return isAtOrBelow(dn, base) && (scope === 'sub' || !sameDn(dn, base));
}
