import { OID, type RootDse } from './root-dse.ts';

/** What a server is among the servers of its directory. */
export interface ServerRole {
  /** It takes no writes of its own: a read-only domain controller answers each with a referral (MS-ADTS 3.1.1.5.1.8). */
  readonly readOnly: boolean;
}

/**
 * Reads it from the root DSE: read-only domain controllers have LDAP_CAP_ACTIVE_DIRECTORY_PARTIAL_SECRETS_OID (MS-ADTS 3.1.1.3.4.3.6).
 * Other servers tell nothing of the kind, which proves nothing about writing.
 */
export function serverRole(rootDse: Pick<RootDse, 'supportedCapabilities'>): ServerRole {
  return { readOnly: rootDse.supportedCapabilities.has(OID.partialSecrets) };
}
