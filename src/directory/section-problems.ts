import { X509Certificate } from 'node:crypto';
import { isAppError } from '../../shared/errors.ts';
import type { DirectorySettings, LdapSettings } from '../core/configuration/directory-section.ts';
import type { EmbeddedStore } from '../core/ports/embedded-store.ts';
import { createDirectory } from './create-directory.ts';
import type { DirectoryDeps } from './directory-deps.ts';
import { isDn } from './ldap/dn.ts';
import { serverAddress } from './ldap/tls-options.ts';

/** What is wrong with one setting of a section. */
export interface SectionProblem {
  /** Where it stands within the section. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * What keeps a section from being opened, found by opening it: the parsers that will be used are the ones that judge. Nothing is
 * connected to.
 */
export function sectionProblems(settings: DirectorySettings): SectionProblem[] {
  const problems = settings.kind === 'embedded' ? [] : ldapProblems(settings);
  try {
    // Nothing is open yet that would have to be closed.
    createDirectory(settings, unused);
  } catch (error) {
    if (!isAppError(error, 'configuration.invalid')) throw error;
    const { setting, problem } = error.details;
    problems.push({
      path: typeof setting === 'string' ? [setting] : [],
      message: typeof problem === 'string' ? problem : 'It cannot be opened',
    });
  }
  return problems;
}

function ldapProblems(settings: LdapSettings): SectionProblem[] {
  const problems: SectionProblem[] = [];
  const dn = (text: string | undefined, ...path: (string | number)[]): void => {
    if (text !== undefined && !isDn(text)) problems.push({ path, message: 'This is no distinguished name (RFC 4514)' });
  };
  dn(settings.baseDn, 'baseDn');
  dn(settings.groupBaseDn, 'groupBaseDn');
  for (const [index, location] of settings.protected.locations.entries()) dn(location, 'protected', 'locations', index);
  if (settings.kind !== 'active-directory') dn(settings.serviceAccount.name, 'serviceAccount', 'name');
  if (settings.kind === 'openldap') dn(settings.defaultPolicyDn, 'defaultPolicyDn');
  for (const [index, { url }] of settings.servers.entries()) {
    const problem = addressProblem(url);
    if (problem !== null) problems.push({ path: ['servers', index, 'url'], message: problem });
  }
  if (settings.tls.ca !== undefined && !isCertificate(settings.tls.ca)) {
    problems.push({ path: ['tls', 'ca'], message: 'No certificate can be read from this text' });
  }
  return problems;
}

function addressProblem(url: string): string | null {
  try {
    return serverAddress(url).port === 0 ? 'There is no port 0' : null;
  } catch (error) {
    if (error instanceof TypeError) return 'This is no address: a port is 1 to 65535, an IPv6 address stands in brackets';
    throw error;
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

/** A section is opened and never used. */
const unused = new Proxy({} as DirectoryDeps & { accounts: EmbeddedStore }, {
  get: () => () => {
    throw new Error('a directory that is only checked was used');
  },
});
