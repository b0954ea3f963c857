import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type { Account, DirectoryRight } from '../../core/ports/directory.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import type { DirectoryBase } from '../ldap/directory-base.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { atLeast } from '../ldap/filters.ts';
import { heldRight, missingRight, nobodyFound, type RightsReport, rightOverPeople, unknownRights } from '../ldap/inspected-rights.ts';
import { succeeded } from '../ldap/result-codes.ts';
import { accountAttributes, toAccount } from './account.ts';
import { domainDnOf } from './domain.ts';
import { builtinProtection, privilegedName } from './protected.ts';
import { isSamba } from './reset-mode.ts';
import { delegationCommands } from './rights-commands.ts';
import { ACCESS, hasAccess, parseSecurityDescriptor, type SecurityDescriptor } from './security-descriptor.ts';
import { SecurityDescriptorControl } from './security-descriptor-control.ts';
import { sidToText } from './sid.ts';

/** User-Force-Change-Password, shown as "Reset Password" (MS-ADTS 5.1.3.2.1). */
const resetPassword = '00299570-246d-11d0-a768-00aa006e0529';

/** People looked at, of each sort: enough to see a unit that was left out, few enough for any server. */
const sampleSize = 20;

/** Milliseconds after which nobody further is looked at. */
const timeLimit = 15_000;

/** All that the task needs to write. */
const taskAttributes: readonly string[] = ['lockouttime', 'pwdlastset'];

/** Named first among what is too much: who writes these takes accounts over. */
const powerfulAttributes: readonly string[] = [
  'userAccountControl',
  'servicePrincipalName',
  'msDS-KeyCredentialLink',
  'msDS-AllowedToActOnBehalfOfOtherIdentity',
  'displayName',
];

export interface AccountQuestions {
  /** SIDs of the account and of all its groups. */
  readSids(account: Account): Promise<readonly Buffer[]>;
  isProtected(account: Account): Promise<{ readonly protected: boolean }>;
}

interface Person {
  readonly dn: string;
  /** null: may not be read. */
  readonly reset: boolean | null;
  /** Attributes that may be written, in lower case. */
  readonly writable: ReadonlySet<string>;
  /** The same as the server spells them, and what else of the entry may be changed. */
  readonly writableNames: readonly string[];
}

/**
 * What the service account may do, from what the domain controller says: `allowedAttributesEffective` (MS-ADTS 3.1.1.4.5.21) for
 * attributes, the access list of the entries against the account's own token for the Reset Password right. Nothing is written.
 */
export async function inspectRights(
  base: DirectoryBase,
  settings: DirectorySettingsOf<'active-directory'>,
  questions: AccountQuestions,
): Promise<RightsReport> {
  const seen = await base.servers.read((connection) => look(connection, base, settings));
  const { token, commands } = seen;
  const sids = new Set(token.map((sid) => sidToText(sid)).filter((sid) => sid !== null));
  const served: Person[] = [];
  const privileged: Person[] = [];
  const end = performance.now() + timeLimit;
  for (const entry of seen.entries) {
    if (performance.now() > end) break;
    const account = toAccount(entry, settings.id);
    // What everybody may do with the own account says nothing about others.
    if (account === null || (token[0] !== undefined && entry.bytes('objectSid')?.equals(token[0]) === true)) continue;
    const power = builtinProtection(account, await questions.readSids(account)).protected;
    if (power) privileged.push(toPerson(entry, sids));
    else if (!(await questions.isProtected(account)).protected) served.push(toPerson(entry, sids));
  }
  const tooMuch = [...describeToken(token), ...describePrivileged(privileged), ...describeServed(served)];
  const policy = seen.policyReadable
    ? heldRight('read-policy')
    : missingRight('read-policy', 'the password settings objects of the domain are hidden from it', commands.readPolicy);
  if (served.length === 0) {
    const nobody = nobodyFound(settings.baseDn, `Check baseDn and peopleFilter, or let it read: ${commands.read}`);
    return { rights: nobody.rights.map((right) => (right.verb === 'read-policy' ? policy : right)), tooMuch };
  }
  if (sids.size === 0) {
    const untold = unknownRights('the domain controller does not tell the groups of its own caller (tokenGroups of the root DSE)');
    return { rights: [heldRight('read'), ...untold.filter(({ verb }) => verb !== 'read' && verb !== 'read-policy'), policy], tooMuch };
  }
  return { rights: [heldRight('read'), ...describeWriting(served, commands), policy], tooMuch };
}

async function look(connection: LdapConnection, base: DirectoryBase, settings: DirectorySettingsOf<'active-directory'>) {
  const root = await connection.search('', { scope: 'base', attributes: ['tokenGroups'], binary: ['tokenGroups'] });
  // The account itself comes first, then its groups, well-known ones such as Everyone included (MS-ADTS 3.1.1.3.2).
  const token = succeeded(root.result) ? (root.entries[0]?.allBytes('tokenGroups') ?? []) : [];
  const wanted = {
    attributes: [...accountAttributes, 'objectSid', 'allowedAttributesEffective', 'nTSecurityDescriptor'],
    binary: ['objectGUID', 'objectSid', 'nTSecurityDescriptor'],
    controls: [new SecurityDescriptorControl()],
  };
  const anybody = await base.sample(connection, sampleSize, wanted);
  // On Windows the privileged are marked, wherever in the tree they are.
  const marked = await base.sample(connection, sampleSize, { ...wanted, filter: atLeast('adminCount', '1') });
  const entries = [...new Map([...anybody, ...marked].map((entry) => [entry.dn, entry])).values()];
  const domainDn = domainDnOf(connection);
  const container = `CN=Password Settings Container,CN=System,${domainDn}`;
  const settingsContainer = await connection.search(container, { scope: 'base', attributes: ['cn'] });
  return {
    token,
    entries,
    // The entry itself shows even to those who may not look into it.
    policyReadable: settingsContainer.entries[0]?.text('cn') != null,
    commands: delegationCommands({
      samba: isSamba(connection.rootDse),
      baseDn: settings.baseDn,
      container,
      sid: (token[0] === undefined ? null : sidToText(token[0])) ?? 'SID-OF-THE-SERVICE-ACCOUNT',
      name: await bindName(connection, settings, token[0]),
    }),
  };
}

/** The service account as Windows tools want it named: a DN is none of the spellings they know. */
async function bindName(
  connection: LdapConnection,
  settings: DirectorySettingsOf<'active-directory'>,
  own: Buffer | undefined,
): Promise<string> {
  const { name } = settings.serviceAccount;
  const sid = own === undefined ? null : sidToText(own);
  if (!name.includes('=') || sid === null) return name;
  const { entries } = await connection.search(`<SID=${sid}>`, { scope: 'base', attributes: ['sAMAccountName'] });
  return entries[0]?.text('sAMAccountName') ?? name;
}

function toPerson(entry: LdapEntry, sids: ReadonlySet<string>): Person {
  const descriptor = readDescriptor(entry);
  const writableNames = entry.texts('allowedAttributesEffective');
  return {
    dn: entry.dn,
    reset: descriptor === null ? null : hasAccess(descriptor, sids, ACCESS.controlAccess, resetPassword),
    writable: new Set(writableNames.map((name) => name.toLowerCase())),
    writableNames: [...writableNames, ...(descriptor === null ? [] : ownershipRights(descriptor, sids))],
  };
}

function readDescriptor(entry: LdapEntry): SecurityDescriptor | null {
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

function describeWriting(served: readonly Person[], commands: ReturnType<typeof delegationCommands>): DirectoryRight[] {
  const over = (verb: DirectoryRight['verb'], missing: string, fix: string, held: (person: Person) => boolean | null): DirectoryRight =>
    rightOverPeople(
      verb,
      served.map((person) => ({ dn: person.dn, held: held(person) })),
      { missing: `${missing} is missing`, unknown: 'the security descriptors of the people may not be read', fix },
    );
  return [
    over('reset-password', 'the extended right Reset Password', commands.resetPassword, ({ reset }) => reset),
    over('unlock-account', 'the right to write lockoutTime', commands.unlock, ({ writable }) => writable.has('lockouttime')),
    over('require-change', 'the right to write pwdLastSet', commands.requireChange, ({ writable }) => writable.has('pwdlastset')),
  ];
}

function describeToken(token: readonly Buffer[]): string[] {
  const [own, ...groups] = token;
  const names = groups.map(privilegedName).filter((name) => name !== null);
  const self = own === undefined ? null : privilegedName(own);
  return [
    ...(self === null ? [] : [`The service account is the built-in account ${self}`]),
    ...(names.length === 0 ? [] : [`The service account is a member of ${[...new Set(names)].join(', ')}`]),
  ];
}

function describePrivileged(privileged: readonly Person[]): string[] {
  const within = privileged.filter(({ reset, writable }) => reset === true || taskAttributes.some((name) => writable.has(name)));
  const [example] = within;
  if (example === undefined) return [];
  const verb = within.some(({ reset }) => reset === true) ? 'reset the password of' : 'write to';
  return [`The service account may ${verb} privileged accounts, such as ${example.dn}`];
}

function describeServed(served: readonly Person[]): string[] {
  const further = new Map(
    served.flatMap((person) =>
      person.writableNames.filter((name) => !taskAttributes.includes(name.toLowerCase())).map((name) => [name, person.dn] as const),
    ),
  );
  if (further.size === 0) return [];
  const powerful = powerfulAttributes.filter((name) => further.has(name));
  const names = [...new Set([...powerful, ...further.keys()])];
  const listed = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return [`The service account may write further attributes of people: ${listed}${more} (${further.get(names[0] ?? '') ?? ''})`];
}
