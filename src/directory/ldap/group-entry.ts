import type { Filter } from 'ldapts';
import type { LdapEntry } from './entry.ts';
import { anyOf, equals, present } from './filters.ts';

/**
 * Object classes of groups, in lower case, with the attributes that hold their members: RFC 4519 (groupOfNames,
 * groupOfUniqueNames), RFC 2307 and its successor (posixGroup, groupOfMembers), the dynamic groups of OpenLDAP and 389 DS
 * (groupOfURLs). Roles of 389 DS have no members of their own: the person's `nsRole` tells.
 */
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  groupofnames: ['member'],
  groupofuniquenames: ['uniqueMember'],
  groupofmembers: ['member'],
  groupofentries: ['member'],
  group: ['member'],
  ipausergroup: ['member'],
  posixgroup: ['memberUid', 'gidNumber'],
  groupofurls: ['memberURL'],
  nsroledefinition: [],
};

const MEMBERSHIP = ['member', 'uniqueMember', 'memberUid', 'memberURL'] as const;

/** What has to be read of a group. */
export const groupAttributes = ['objectClass', 'cn', 'gidNumber', ...MEMBERSHIP] as const;

/** Entries that are groups. A search leaves roles of 389 DS out unless it asks for their class. */
export function groupFilter(): Filter {
  const classes = Object.keys(CLASSES).map((name) => equals('objectClass', name));
  return anyOf(...classes, equals('objectClass', 'ldapSubEntry'), present('member'), present('uniqueMember'));
}

function classesOf(entry: LdapEntry): string[] {
  return entry.texts('objectClass').map((name) => name.toLowerCase());
}

/** Whether an entry is a group, or a role. */
export function isGroup(entry: LdapEntry): boolean {
  return classesOf(entry).some((name) => name in CLASSES) || MEMBERSHIP.some((attribute) => entry.texts(attribute).length > 0);
}

export function isRole(entry: LdapEntry): boolean {
  return classesOf(entry).includes('nsroledefinition');
}

/** Attributes that hold members of this group, or would: those of its classes, and those it has values of. */
export function memberAttributes(entry: LdapEntry): string[] {
  const byClass = classesOf(entry).flatMap((name) => CLASSES[name] ?? []);
  return [...new Set([...byClass, ...MEMBERSHIP.filter((attribute) => entry.texts(attribute).length > 0)])];
}
