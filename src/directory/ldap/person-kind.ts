import type { Filter } from 'ldapts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { Account } from '../../core/ports/directory.ts';
import type { DirectoryNote } from '../../core/ports/directory-health.ts';
import { contactAttributes, contactsOf } from './contacts.ts';
import { addressesOf, type LdapEntry } from './entry.ts';
import { anyOf, equals } from './filters.ts';
import { anyAttributeEquals, type LdapKind, type MarkedState } from './ldap-kind.ts';
import type { PasswordEnds } from './password-ends.ts';
import type { Probed } from './servers.ts';

/** What distinguishes one kind of server with inetOrgPerson accounts (RFC 2798) from another. */
export interface PersonKindOptions {
  /** The immutable identifier of an entry. */
  readonly idAttribute: string;
  /** Its values are bytes; they are told in hexadecimal. */
  readonly idIsBinary?: boolean;
  /** What such an identifier looks like. */
  readonly idPattern: RegExp;
  stateFilter(state: MarkedState): Filter | null;
  readonly passwordEnds?: PasswordEnds;
  notes(probed: readonly Probed[]): DirectoryNote[];
}

const attributes = ['uid', 'cn', 'displayName', 'givenName', 'sn', 'mail', 'mobile', 'employeeNumber', 'preferredLanguage'] as const;

/** Structural classes of RFC 4519 section 3 and RFC 4524 section 3, and that of 389 Directory Server for containers of any kind. */
const containers = anyOf(
  ...['organizationalUnit', 'organization', 'locality', 'country', 'domain', 'nsContainer'].map((name) => equals('objectClass', name)),
);

/** Accounts as most LDAP servers other than Active Directory have them. */
export function createPersonKind(settings: LdapSettings, options: PersonKindOptions): LdapKind {
  const { idAttribute, idPattern, idIsBinary = false } = options;
  return {
    people: anyOf(equals('objectClass', 'person'), equals('objectClass', 'posixAccount')),
    containers,
    idFilter: (id) => (idPattern.test(id) ? equals(idAttribute, idIsBinary ? Buffer.from(id, 'hex') : id) : null),
    identifierFilter: (normalised) => anyAttributeEquals(settings.identifiers, normalised),
    accountAttributes: [...new Set([idAttribute, ...attributes, ...settings.identifiers, ...contactAttributes(settings)])],
    binaryAttributes: idIsBinary ? [idAttribute] : [],
    toAccount: (entry) =>
      toAccount(settings, idIsBinary ? (entry.bytes(idAttribute)?.toString('hex') ?? null) : entry.text(idAttribute), entry),
    accountNeeds: `${idAttribute} and a sign-in name`,
    searchedAttributes: ['cn', 'displayName', 'uid', 'mail', 'employeeNumber'],
    stateFilter: options.stateFilter,
    ...(options.passwordEnds === undefined ? {} : { passwordEnds: options.passwordEnds }),
    notes: options.notes,
  };
}

function toAccount(settings: LdapSettings, id: string | null, entry: LdapEntry): Account | null {
  const login = entry.text('uid') ?? settings.identifiers.map((attribute) => entry.text(attribute)).find((name) => name !== null);
  if (id === null || login === null || login === undefined) return null;
  return {
    directory: settings.id,
    id,
    login,
    principalName: null,
    displayName: entry.text('displayName') ?? entry.text('cn') ?? login,
    givenName: entry.text('givenName'),
    surname: entry.text('sn'),
    mail: addressesOf(entry),
    contacts: contactsOf(settings, entry),
    mobile: entry.texts('mobile'),
    employeeNumber: entry.text('employeeNumber'),
    location: entry.dn,
    privileged: false,
    language: entry.text('preferredLanguage'),
  };
}
