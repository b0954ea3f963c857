import type { AccountFingerprint } from '../../core/ports/directory.ts';
import { canonicalDn } from './dn.ts';
import type { LdapEntry } from './entry.ts';

/**
 * Who modified an entry last (RFC 4512 section 3.4.4, `modifiersName`), for a fingerprint. What the server itself writes about
 * sign-ins may count as somebody else's (OpenLDAP). Nothing where it is hidden, or where the service account signs in by another name
 * than its DN.
 */
export function writerOf(entry: LdapEntry, serviceAccount: string): Pick<AccountFingerprint, 'writer'> {
  const modifier = entry.text('modifiersName');
  if (modifier === null || !serviceAccount.includes('=')) return {};
  return { writer: canonicalDn(modifier) === canonicalDn(serviceAccount) ? 'self' : 'other' };
}
