import type { LdapConnection } from '../ldap/connection.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { anyOf, equals } from '../ldap/filters.ts';
import { succeeded } from '../ldap/result-codes.ts';
import { descriptorOf } from './person-rights.ts';
import { privilegedName } from './protected.ts';
import { ACCESS, hasAccess, type SecurityDescriptor } from './security-descriptor.ts';
import { SecurityDescriptorControl } from './security-descriptor-control.ts';

/** DS-Replication-Get-Changes-All, shown as "Replicating Directory Changes All" (MS-ADTS 5.1.3.2.1): hands out every stored secret. */
const replicateSecrets = '1131f6ad-9c07-11d1-f79f-00c04fc2dcd2';

const looked = {
  attributes: ['nTSecurityDescriptor', 'allowedAttributesEffective', 'allowedChildClassesEffective', 'objectSid'],
  binary: ['nTSecurityDescriptor', 'objectSid'],
  controls: [new SecurityDescriptorControl()],
};

/** Groups whose members take the domain over; the others of `privilegedName` are of domain controllers. */
const takingOver = ['Domain Admins', 'Enterprise Admins', 'Schema Admins', 'Administrators', 'Account Operators', 'Backup Operators'];

/** Where the service account could do more than to the people themselves. */
export interface DomainPlaces {
  readonly domainDn: string;
  readonly baseDn: string;
}

/**
 * Sentences on what the service account may do beyond the people: to the domain, to the template of the access lists of
 * administrators, to the members of their groups, and to the place in which people are. Whoever may do one of the first three
 * needs no password reset to take every account over. Nothing is written.
 *
 * @param sids all that its token holds
 */
export async function rightsBeyondPeople(
  connection: LdapConnection,
  { domainDn, baseDn }: DomainPlaces,
  sids: ReadonlySet<string>,
): Promise<string[]> {
  const domain = await readOne(connection, domainDn);
  // Its access list is written to all members of administrative groups every hour (MS-ADTS 3.1.1.6.1).
  const templateDn = `CN=AdminSDHolder,CN=System,${domainDn}`;
  const template = await readOne(connection, templateDn);
  const place = baseDn === domainDn ? domain : await readOne(connection, baseDn);
  return [
    ...overDomain(domain, domainDn, sids),
    ...overTemplate(template, templateDn, sids),
    ...(await overGroups(connection, domainDn, domain)),
    ...overPlace(place, baseDn, sids),
  ];
}

async function readOne(connection: LdapConnection, dn: string): Promise<LdapEntry | null> {
  const { result, entries } = await connection.search(dn, { scope: 'base', ...looked });
  return succeeded(result) ? (entries[0] ?? null) : null;
}

function notKnown(dn: string): string {
  return `What the service account may do to ${dn} is not known: it may not read the access list there`;
}

function ownership(descriptor: SecurityDescriptor, sids: ReadonlySet<string>): string[] {
  const named = { writeDacl: 'the access list', writeOwner: 'the owner' } as const;
  return (Object.keys(named) as (keyof typeof named)[])
    .filter((right) => hasAccess(descriptor, sids, ACCESS[right], null))
    .map((right) => named[right]);
}

function overDomain(domain: LdapEntry | null, dn: string, sids: ReadonlySet<string>): string[] {
  const descriptor = domain === null ? null : descriptorOf(domain);
  if (descriptor === null) return [notKnown(dn)];
  const changed = ownership(descriptor, sids);
  return [
    ...(hasAccess(descriptor, sids, ACCESS.controlAccess, replicateSecrets)
      ? [`The service account may read the stored passwords of everybody (Replicating Directory Changes All on ${dn})`]
      : []),
    ...(changed.length === 0 ? [] : [`The service account may change ${changed.join(' and ')} of the whole domain (${dn})`]),
  ];
}

function overTemplate(template: LdapEntry | null, dn: string, sids: ReadonlySet<string>): string[] {
  const descriptor = template === null ? null : descriptorOf(template);
  if (descriptor === null) return [notKnown(dn)];
  const changed = ownership(descriptor, sids);
  return changed.length === 0 ? [] : [`The service account may change ${changed.join(' and ')} that all administrators get (${dn})`];
}

async function overGroups(connection: LdapConnection, domainDn: string, domain: LdapEntry | null): Promise<string[]> {
  const domainSid = domain?.bytes('objectSid') ?? null;
  const found = await connection.search(domainDn, {
    scope: 'sub',
    ...looked,
    filter: anyOf(...[544, 548, 551].map((rid) => equals('objectSid', builtinSid(rid))), ...ofDomain(domainSid, [512, 518, 519])),
  });
  const names = found.entries
    .filter((group) => group.texts('allowedAttributesEffective').some((name) => name.toLowerCase() === 'member'))
    .map((group) => privilegedName(group.bytes('objectSid') ?? Buffer.alloc(0)))
    .filter((name) => name !== null && takingOver.includes(name))
    .sort();
  return names.length === 0 ? [] : [`The service account may change who is a member of ${names.join(', ')}`];
}

/** S-1-5-32-RID (MS-DTYP 2.4.2.4), as octets (2.4.2.2). */
function builtinSid(rid: number): Buffer {
  const sid = Buffer.from([1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0, 0, 0, 0]);
  sid.writeUInt32LE(rid, 12);
  return sid;
}

/** The domain's own SID with one part more; none where it is hidden. */
function ofDomain(domainSid: Buffer | null, rids: readonly number[]) {
  if (domainSid === null) return [];
  return rids.map((rid) => {
    const sid = Buffer.concat([domainSid, Buffer.alloc(4)]);
    sid.writeUInt8((domainSid[1] ?? 0) + 1, 1);
    sid.writeUInt32LE(rid, domainSid.length);
    return equals('objectSid', sid);
  });
}

function overPlace(place: LdapEntry | null, dn: string, sids: ReadonlySet<string>): string[] {
  const descriptor = place === null ? null : descriptorOf(place);
  if (place === null || descriptor === null)
    return [`What the service account may do to ${dn} is not known: it may not read the access list`];
  const created = place.texts('allowedChildClassesEffective');
  const removes = hasAccess(descriptor, sids, ACCESS.deleteChild, null) || hasAccess(descriptor, sids, ACCESS.deleteTree, null);
  const changed = ownership(descriptor, sids);
  return [
    ...(created.length === 0 ? [] : [`The service account may add entries below ${dn}: ${shortened(created)}`]),
    ...(removes ? [`The service account may delete entries below ${dn}`] : []),
    ...(changed.length === 0 ? [] : [`The service account may change ${changed.join(' and ')} of ${dn}`]),
  ];
}

/** Those that stand for somebody first. */
function shortened(classes: readonly string[]): string {
  const somebody = ['user', 'inetOrgPerson', 'computer', 'group'].filter((name) => classes.includes(name));
  const names = [...new Set([...somebody, ...classes])];
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
