import { AppError } from '../../../shared/errors.ts';
import type { LdapEntry } from './entry.ts';

/** What a server says about itself (RFC 4512 section 5.1). */
export interface RootDse {
  readonly supportedControl: ReadonlySet<string>;
  readonly supportedExtension: ReadonlySet<string>;
  readonly supportedCapabilities: ReadonlySet<string>;
  readonly namingContexts: readonly string[];
  readonly defaultNamingContext: string | null;
  readonly configurationNamingContext: string | null;
  readonly vendorName: string | null;
  readonly vendorVersion: string | null;
  readonly objectClasses: readonly string[];
  /** The server's own name, whatever address led to it: AD `dnsHostName`, 389 DS `netscapemdsuffix`; null where none is told. */
  readonly serverName: string | null;
  /** The server's clock as generalizedTime (AD only). */
  readonly currentTime: string | null;
}

/** To be asked for by name: most of these are operational. */
export const rootDseAttributes = [
  'objectClass',
  'supportedControl',
  'supportedExtension',
  'supportedCapabilities',
  'namingContexts',
  'defaultNamingContext',
  'configurationNamingContext',
  'vendorName',
  'vendorVersion',
  'currentTime',
  'dnsHostName',
  'netscapemdsuffix',
] as const;

/** Object identifiers of what adapters look for in the root DSE. */
export const OID = {
  passwordModify: '1.3.6.1.4.1.4203.1.11.1',
  /** "Who am I?" (RFC 4532). */
  whoAmI: '1.3.6.1.4.1.4203.1.11.3',
  passwordPolicy: '1.3.6.1.4.1.42.2.27.8.5.1',
  /** LDAP_SERVER_POLICY_HINTS_OID (MS-ADTS 3.1.1.3.4.1.27). */
  policyHints: '1.2.840.113556.1.4.2239',
  /** LDAP_CAP_ACTIVE_DIRECTORY_OID (MS-ADTS 3.1.1.3.4.3.1). */
  activeDirectory: '1.2.840.113556.1.4.800',
  /** LDAP_CAP_ACTIVE_DIRECTORY_PARTIAL_SECRETS_OID: a read-only domain controller (MS-ADTS 3.1.1.3.4.3.6). */
  partialSecrets: '1.2.840.113556.1.4.1920',
  /** Get Effective Rights (draft-ietf-ldapext-acl-model-08 section 9); 389 DS. */
  effectiveRights: '1.3.6.1.4.1.42.2.27.9.5.2',
  /** LDAP_SERVER_SD_FLAGS_OID (MS-ADTS 3.1.1.3.4.1.11). */
  securityDescriptorFlags: '1.2.840.113556.1.4.801',
} as const;

/**
 * Reads the facts out of the root entry. A server that shows neither a control nor an extension hides what it offers: "not offered"
 * would then be a guess, and passwords are written by it.
 * @param entry null: the server showed no root entry at all
 * @throws AppError `directory.root-hidden`
 */
export function toRootDse(entry: LdapEntry | null, server: string): RootDse {
  const offers = (name: string): boolean => (entry?.texts(name).length ?? 0) > 0;
  if (entry === null || !(offers('supportedControl') || offers('supportedExtension'))) {
    throw new AppError('directory.root-hidden', {
      server,
      problem: 'The server does not show the service account what it offers (root DSE)',
      fix: 'Let the service account read the entry with the empty DN and its operational attributes (RFC 4512 section 5.1).',
    });
  }
  return readRootDse(entry);
}

function readRootDse(entry: LdapEntry): RootDse {
  const texts = (name: string): string[] => entry.texts(name);
  const text = (name: string): string | null => entry.text(name);
  return {
    supportedControl: new Set(texts('supportedControl')),
    supportedExtension: new Set(texts('supportedExtension')),
    supportedCapabilities: new Set(texts('supportedCapabilities')),
    namingContexts: texts('namingContexts'),
    defaultNamingContext: text('defaultNamingContext'),
    configurationNamingContext: text('configurationNamingContext'),
    vendorName: text('vendorName'),
    vendorVersion: text('vendorVersion'),
    objectClasses: texts('objectClass'),
    currentTime: text('currentTime'),
    serverName: text('dnsHostName') ?? text('netscapemdsuffix'),
  };
}
