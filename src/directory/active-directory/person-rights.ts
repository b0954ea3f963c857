import type { LdapEntry } from '../ldap/entry.ts';
import { ACCESS, hasAccess, parseSecurityDescriptor, type SecurityDescriptor } from './security-descriptor.ts';

/** User-Force-Change-Password, shown as "Reset Password" (MS-ADTS 5.1.3.2.1). */
const resetPassword = '00299570-246d-11d0-a768-00aa006e0529';

/** What somebody may do to one person. */
export interface PersonRights {
  readonly dn: string;
  /** null: may not be read. */
  readonly reset: boolean | null;
  /** Attributes that may be written, in lower case. */
  readonly writable: ReadonlySet<string>;
  /** The same as the server spells them, and what else of the entry may be changed. */
  readonly writableNames: readonly string[];
}

/**
 * Reads it from an entry that was asked for with nTSecurityDescriptor and allowedAttributesEffective.
 * @param sids all that the caller's token holds
 */
export function toPersonRights(entry: LdapEntry, sids: ReadonlySet<string>): PersonRights {
  const descriptor = descriptorOf(entry);
  const writableNames = entry.texts('allowedAttributesEffective');
  return {
    dn: entry.dn,
    reset: descriptor === null ? null : hasAccess(descriptor, sids, ACCESS.controlAccess, resetPassword),
    writable: new Set(writableNames.map((name) => name.toLowerCase())),
    writableNames: [...writableNames, ...(descriptor === null ? [] : ownershipRights(descriptor, sids))],
  };
}

/** The access list of an entry that was read with it; null: hidden, or none that can be understood. */
export function descriptorOf(entry: LdapEntry): SecurityDescriptor | null {
  const bytes = entry.bytes('nTSecurityDescriptor');
  try {
    return bytes === null ? null : parseSecurityDescriptor(bytes);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function ownershipRights(descriptor: SecurityDescriptor, sids: ReadonlySet<string>): string[] {
  const named = { delete: 'the entry itself (delete)', writeDacl: 'the access list', writeOwner: 'the owner' } as const;
  return (Object.keys(named) as (keyof typeof named)[])
    .filter((right) => hasAccess(descriptor, sids, ACCESS[right], null))
    .map((right) => named[right]);
}
