import type { ConfiguredName } from '../../core/ports/directory-health.ts';
import type { LdapConnection, SearchOptions } from './connection.ts';
import { joinDn, type Pair, rdnsOf, sameDn } from './dn.ts';
import type { LdapEntry } from './entry.ts';
import { allOf, anyOf, equals, present } from './filters.ts';
import type { ReadingFix } from './inspected-rights.ts';
import { RESULT, succeeded } from './result-codes.ts';
import { unexpectedResult } from './translate-error.ts';

/** The directory has what the configuration names. */
export function foundName(setting: string, value: string, text: string): ConfiguredName {
  return { setting, value, ok: true, text, fix: null };
}

/** It has not, or does not show it: nobody can be told to be outside of it. */
export function missingName(setting: string, value: string, text: string, fix: string): ConfiguredName {
  return { setting, value, ok: false, text, fix };
}

/** An entry by its DN, or why there is none to be seen; servers do not tell a hidden entry from one that does not exist. */
export async function readNamed(
  connection: LdapConnection,
  dn: string,
  options: Omit<SearchOptions, 'scope'>,
): Promise<{ entry: LdapEntry } | { problem: string }> {
  const { result, entries } = await connection.search(dn, { ...options, scope: 'base' });
  const [entry] = entries;
  if (succeeded(result) && entry !== undefined) return { entry };
  if (succeeded(result) || result.code === RESULT.noSuchObject || result.code === RESULT.insufficientAccessRights) {
    return { problem: 'does not exist, or the service account may not see it' };
  }
  if (result.code === RESULT.invalidDnSyntax) return { problem: 'is no distinguished name to the server' };
  if (result.code === RESULT.referral) return { problem: 'is kept on another server, which Keyturn does not follow' };
  throw unexpectedResult(result, connection.server, 'search');
}

/**
 * The same for a DN that people wrote: where the server does not know it by their spelling (389 DS knows neither object identifiers
 * nor long names in it, and counts spaces), its parts are looked up one below the other.
 */
export async function readConfigured(
  connection: LdapConnection,
  dn: string,
  options: Omit<SearchOptions, 'scope'>,
): Promise<{ entry: LdapEntry } | { problem: string }> {
  const asWritten = await readNamed(connection, dn, options);
  if ('entry' in asWritten) return asWritten;
  const spelt = await spellingOf(connection, rdnsOf(dn) ?? []);
  return spelt === null ? asWritten : readNamed(connection, spelt, options);
}

/** The server's spelling of the DN with these RDNs; null when it has no such entry. */
async function spellingOf(connection: LdapConnection, rdns: readonly (readonly Pair[])[]): Promise<string | null> {
  const contexts = connection.rootDse.namingContexts;
  let parent: string | undefined;
  let depth = rdns.length;
  for (let index = 0; index < rdns.length && parent === undefined; index += 1) {
    const rest = rdns.slice(index).reduceRight((below, rdn) => joinDn(rdn, below), '');
    parent = contexts.find((context) => sameDn(context, rest));
    depth = index;
  }
  if (parent === undefined) return null;
  for (let index = depth - 1; index >= 0; index -= 1) {
    const rdn = rdns[index] ?? [];
    const wanted = joinDn(rdn, parent);
    const filter = allOf(
      anyOf(present('objectClass'), equals('objectClass', 'ldapSubEntry')),
      ...rdn.map(({ type, value }) => equals(type, value)),
    );
    const { entries } = await connection.search(parent, { scope: 'one', filter, attributes: ['1.1'], sizeLimit: 10 });
    const child = entries.find((entry) => sameDn(entry.dn, wanted));
    if (child === undefined) return null;
    parent = child.dn;
  }
  return parent;
}

/** Looks a place up. @returns the server's own spelling of its DN; null when it is missing */
export async function resolvePlace(
  connection: LdapConnection,
  setting: string,
  dn: string,
  readingFix: ReadingFix,
): Promise<{ name: ConfiguredName; dn: string | null }> {
  const found = await readConfigured(connection, dn, { attributes: ['1.1'] });
  if ('entry' in found) return { name: foundName(setting, dn, 'found'), dn: found.entry.dn };
  // A place may be hidden and what lies below it not.
  const { entries } = await connection.search(dn, { scope: 'sub', attributes: ['1.1'], sizeLimit: 1 });
  if (entries.length > 0) return { name: foundName(setting, dn, 'found by what is below it'), dn };
  return {
    name: missingName(setting, dn, found.problem, readingFix(`Correct ${setting}, or let the service account read it`)),
    dn: null,
  };
}
