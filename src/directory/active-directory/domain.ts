import { AppError } from '../../../shared/errors.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import { canonicalDn } from '../ldap/dn.ts';
import { succeeded } from '../ldap/result-codes.ts';

/** DN of the domain that a server serves. */
export function domainDnOf(connection: LdapConnection): string {
  const dn = connection.rootDse.defaultNamingContext;
  if (dn !== null) return dn;
  throw new AppError('directory.protocol', {
    server: connection.server,
    problem: 'The server does not name a domain in its root DSE',
    fix: 'This is no Active Directory domain controller: choose another kind of directory.',
  });
}

/** The NetBIOS name of the server's domain from its cross-reference (MS-ADTS 6.1.1.2.1.1.4); null when it cannot be read. */
export async function readNetbiosName(connection: LdapConnection): Promise<string | null> {
  const configuration = connection.rootDse.configurationNamingContext;
  if (configuration === null) return null;
  const { result, entries } = await connection.search(`CN=Partitions,${configuration}`, {
    scope: 'one',
    attributes: ['nCName', 'nETBIOSName'],
  });
  if (!succeeded(result)) return null;
  const domain = canonicalDn(domainDnOf(connection));
  return entries.find((entry) => canonicalDn(entry.text('nCName') ?? '') === domain)?.text('nETBIOSName') ?? null;
}
