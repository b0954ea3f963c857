import { withLines } from '../../../shared/fix-text.ts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import { acisFor, aciValue, WRITTEN } from '../../core/delegation/ds389.ts';
import type { DirectoryRight } from '../../core/ports/directory-health.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import { canonicalDn } from '../ldap/dn.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { anyOf, equals } from '../ldap/filters.ts';
import { heldRight, missingRight, type RightsReport, rightOverPeople, unknownRight } from '../ldap/inspected-rights.ts';
import { ldapmodifyLine } from '../ldap/ldapmodify-line.ts';
import { refuseReadOnly } from '../ldap/refuse-read-only.ts';
import { succeeded } from '../ldap/result-codes.ts';
import { OID } from '../ldap/root-dse.ts';
import { stateAttributes } from './account-status.ts';
import { EffectiveRightsControl, parseAttributeRights } from './effective-rights-control.ts';

type Settings = Pick<DirectorySettingsOf<'389ds'>, 'baseDn' | 'groupBaseDn' | 'serviceAccount' | 'servers'>;

const hashes = ['userPassword', 'passwordHistory'] as const;
const unneeded = ['nsAccountLock', 'displayName', 'mail', 'uid'] as const;
const entryRights: Readonly<Record<string, string>> = { a: 'add entries', d: 'delete them', n: 'rename them' };

interface Person {
  readonly dn: string;
  readonly attributes: ReadonlyMap<string, ReadonlySet<string>>;
  readonly entry: string;
}

/** Run by the Directory Manager, who is asked for the password. */
function commandFor(settings: Settings, granted: keyof ReturnType<typeof acisFor>): string {
  const aci = acisFor(settings)[granted];
  const { servers } = settings;
  const url = servers[0]?.url ?? 'ldapi:///';
  const encrypt = url.startsWith('ldap:') ? ['-ZZ'] : [];
  return ldapmodifyLine(['-x', '-D', 'cn=Directory Manager', '-W', ...encrypt, '-H', url], {
    dn: aci.dn,
    add: 'aci',
    values: [aciValue(aci)],
  });
}

/** The command that lets it read them. */
export function readingRule(settings: Settings): string {
  return commandFor(settings, 'people');
}

/**
 * What the service account may do, by the server's own word (Get Effective Rights). Nothing is written.
 * @throws AppError `directory.read-only` on a consumer, or while the database is read-only: Get Effective Rights tells nothing of that
 * @param found whether the policy in force for the first of the people may be read, and DNs of people whose state it may not see
 */
export async function inspectRights(
  connection: LdapConnection,
  people: readonly LdapEntry[],
  settings: Settings,
  found: { readonly policyReadable: boolean; readonly hidden: readonly string[] },
): Promise<RightsReport> {
  const { policyReadable, hidden } = found;
  const [first] = people;
  if (first !== undefined) await refuseReadOnly(connection, first.dn);
  const policy = policyReadable
    ? heldRight('read-policy')
    : missingRight(
        'read-policy',
        'the password policy in force is hidden from it',
        withLines('Grant it as the Directory Manager', commandFor(settings, 'policy')),
      );
  // One after the other: a connection carries one request at a time.
  const persons = await askAll(connection, people, settings.serviceAccount.name);
  const administration = await describeAdministration(connection, settings);
  const writing = (Object.keys(WRITTEN) as (keyof typeof WRITTEN)[]).map((verb): DirectoryRight => {
    if (typeof persons === 'string')
      return unknownRight(verb, persons, withLines('Grant it as the Directory Manager', commandFor(settings, 'write')));
    const findings = persons.map(({ dn, attributes }) => ({ dn, held: WRITTEN[verb].every((name) => writes(attributes, name)) }));
    const texts = {
      missing: `the right to write ${WRITTEN[verb].join(', ')} is missing`,
      unknown: '',
      fix: withLines('Grant it as the Directory Manager', commandFor(settings, 'write')),
    };
    return rightOverPeople(verb, findings, texts);
  });
  const tooMuch = typeof persons === 'string' ? [] : describeExcess(persons);
  return { rights: [seeing(hidden, settings), ...writing, policy], tooMuch: [...administration, ...tooMuch] };
}

/** What is hidden counts as not known, and then nobody can be recovered. */
function seeing(hidden: readonly string[], settings: Settings): DirectoryRight {
  const [example] = hidden;
  if (example === undefined) return heldRight('read');
  const problem = `it cannot see whether ${example} is locked or disabled (${stateAttributes.join(', ')})`;
  return missingRight('read', problem, withLines('Grant it as the Directory Manager', readingRule(settings)));
}

function writes(attributes: Person['attributes'], name: string): boolean {
  return attributes.get(name.toLowerCase())?.has('w') === true;
}

/** A sentence instead, when the server does not tell. */
async function askAll(connection: LdapConnection, people: readonly LdapEntry[], subject: string): Promise<Person[] | string> {
  if (!connection.rootDse.supportedControl.has(OID.effectiveRights)) return 'the server does not offer Get Effective Rights';
  const attributes = [...new Set([...Object.values(WRITTEN).flat(), ...hashes, ...unneeded])];
  const persons: Person[] = [];
  for (const { dn } of people) {
    const controls = [new EffectiveRightsControl(subject)];
    const { result, entries } = await connection.search(dn, { scope: 'base', attributes, controls });
    if (!succeeded(result)) return `the server does not tell its rights: ${result.code} ${result.message}`.trim();
    const rights = entries[0]?.text('attributeLevelRights') ?? null;
    if (rights === null) return 'the server does not tell its rights';
    persons.push({ dn, attributes: parseAttributeRights(rights), entry: entries[0]?.text('entryLevelRights') ?? '' });
  }
  return persons;
}

/** Directory Manager and password administrators: the policy does not apply to what they write. */
async function describeAdministration(connection: LdapConnection, { serviceAccount }: Settings): Promise<string[]> {
  const own = canonicalDn(serviceAccount.name);
  const { entries } = await connection.search('cn=config', { scope: 'base', attributes: ['nsslapd-rootdn', 'passwordAdminDN'] });
  const root = entries[0]?.text('nsslapd-rootdn') ?? 'cn=Directory Manager';
  if (canonicalDn(root) === own) return ['The service account is the Directory Manager: no password policy holds on its resets'];
  const administrators = entries[0]?.text('passwordAdminDN') ?? '';
  if (administrators === '') return [];
  const filter = anyOf(equals('member', serviceAccount.name), equals('uniqueMember', serviceAccount.name));
  const group = await connection.search(administrators, { scope: 'base', filter, attributes: ['1.1'] });
  if (canonicalDn(administrators) !== own && group.entries.length === 0) return [];
  return ['The service account is a password administrator (passwordAdminDN): no password policy holds on its resets'];
}

function describeExcess(persons: readonly Person[]): string[] {
  const some = (test: (person: Person) => boolean): boolean => persons.some(test);
  const readable = hashes.filter((name) => some(({ attributes }) => attributes.get(name.toLowerCase())?.has('r') === true));
  const writable = unneeded.filter((name) => some(({ attributes }) => writes(attributes, name)));
  const entries = Object.keys(entryRights).filter((letter) => some(({ entry }) => entry.includes(letter)));
  return [
    ...(readable.length === 0 ? [] : [`The service account may read stored passwords: ${readable.join(', ')}`]),
    ...(writable.length === 0 ? [] : [`The service account may write further attributes of people: ${writable.join(', ')}`]),
    ...(entries.length === 0
      ? []
      : [`The service account may do more to the entries of people: ${entries.map((letter) => entryRights[letter]).join(', ')}`]),
  ];
}
