import { Control } from 'ldapts';
import type { LdapConnection } from '../ldap/connection.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { RESULT, succeeded } from '../ldap/result-codes.ts';
import type { ServerCache } from '../ldap/server-cache.ts';
import { policyAttributes, syntaxAttributes } from './password-policy.ts';

/** "Real attributes only" (389 DS): what stands on the entry itself, without what a class of service adds. */
const realAttributesOnly = '2.16.840.1.113730.3.4.17';

const switches = ['nsslapd-pwpolicy-local', 'nsslapd-pwpolicy-inherit-global'] as const;

/**
 * The policy in force for an account (389 DS `new_passwdPolicy`, tried on 2.3): with local policies on, the one on the entry itself,
 * before the one that a class of service gives to a subtree; where that names an entry that does not exist, and with local policies
 * off, the global one. With `nsslapd-pwpolicy-inherit-global` the global syntax rules count where the local policy checks none.
 *
 * null: the one in force may not be read, or it may not be read which one that is.
 */
export async function findPolicy(connection: LdapConnection, cache: ServerCache, entry: LdapEntry): Promise<LdapEntry | null> {
  const global = await cache.get(connection, 'global policy', () => readPolicyAt(connection, 'cn=config', switches));
  const shown = entry.text('pwdPolicySubentry');
  if (shown === null) return policyOrNull(global);
  const isOn = (name: (typeof switches)[number]): boolean | null => {
    const value = global === 'none' ? null : (global?.text(name) ?? null);
    return value === null ? null : value.toLowerCase() === 'on';
  };
  const local = isOn('nsslapd-pwpolicy-local');
  if (local === null) return null;
  if (!local) return policyOrNull(global);
  const dn = (await ownPolicyOf(connection, entry)) ?? shown;
  const found = await cache.get(connection, `policy ${dn}`, () => readPolicyAt(connection, dn));
  if (found === 'none') return policyOrNull(global);
  const policy = policyOrNull(found);
  if (policy === null || checksSyntax(policy)) return policy;
  const inherits = isOn('nsslapd-pwpolicy-inherit-global');
  const outer = policyOrNull(global);
  if (inherits === null || (inherits && outer === null)) return null;
  return inherits && outer !== null && checksSyntax(outer) ? withSyntaxOf(policy, outer) : policy;
}

/** What a search shows is the policy of the subtree, even where the account has its own. */
async function ownPolicyOf(connection: LdapConnection, { dn }: LdapEntry): Promise<string | null> {
  if (!connection.rootDse.supportedControl.has(realAttributesOnly)) return null;
  const controls = [new Control(realAttributesOnly, { critical: true })];
  const { result, entries } = await connection.search(dn, { scope: 'base', attributes: ['pwdPolicySubentry'], controls });
  return succeeded(result) ? (entries[0]?.text('pwdPolicySubentry') ?? null) : null;
}

/** `none`: there is no such entry. null: it may not be read. */
async function readPolicyAt(connection: LdapConnection, dn: string, more: readonly string[] = []): Promise<LdapEntry | 'none' | null> {
  const { result, entries } = await connection.search(dn, { scope: 'base', attributes: [...policyAttributes, ...more] });
  if (result.code === RESULT.noSuchObject) return 'none';
  return succeeded(result) ? (entries[0] ?? null) : null;
}

function policyOrNull(found: LdapEntry | 'none' | null): LdapEntry | null {
  return found !== 'none' && found?.names.some((name) => /^password/i.test(name)) ? found : null;
}

function checksSyntax(policy: LdapEntry): boolean {
  return /^(on|1)$/i.test(policy.text('passwordCheckSyntax') ?? '');
}

function withSyntaxOf(policy: LdapEntry, outer: LdapEntry): LdapEntry {
  const inherited = new Set(syntaxAttributes.map((name) => name.toLowerCase()));
  const of = (attribute: string): LdapEntry => (inherited.has(attribute.toLowerCase()) ? outer : policy);
  return {
    ...policy,
    text: (attribute) => of(attribute).text(attribute),
    texts: (attribute) => of(attribute).texts(attribute),
    bytes: (attribute) => of(attribute).bytes(attribute),
    allBytes: (attribute) => of(attribute).allBytes(attribute),
  };
}
