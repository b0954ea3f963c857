import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { Account } from '../../core/ports/directory.ts';
import { contactsOf } from '../ldap/contacts.ts';
import { addressesOf, type LdapEntry } from '../ldap/entry.ts';
import { guidToText } from './guid.ts';

/** What an account is made of; the last one tells apart locks that have ended by themselves. */
export const accountAttributes = [
  'objectGUID',
  'sAMAccountName',
  'userPrincipalName',
  'displayName',
  'cn',
  'givenName',
  'sn',
  'mail',
  'mobile',
  'employeeNumber',
  'employeeID',
  'adminCount',
  'preferredLanguage',
  'msDS-User-Account-Control-Computed',
] as const;

/** As the schema spells them: the library compares these names exactly. */
export const binaryAttributes = ['objectGUID', 'objectSid', 'tokenGroups', 'replPropertyMetaData', 'nTSecurityDescriptor'] as const;

/** The account an entry describes; null without objectGUID or sAMAccountName (not readable, or no account). */
export function toAccount(entry: LdapEntry, settings: LdapSettings): Account | null {
  const guid = entry.bytes('objectGUID');
  const id = guid === null ? null : guidToText(guid);
  const login = entry.text('sAMAccountName');
  if (id === null || login === null) return null;
  return {
    directory: settings.id,
    id,
    login,
    principalName: entry.text('userPrincipalName'),
    displayName: entry.text('displayName') ?? entry.text('cn') ?? login,
    ...(entry.text('displayName') === null ? { displayNameInferred: true as const } : {}),
    givenName: entry.text('givenName'),
    surname: entry.text('sn'),
    mail: addressesOf(entry),
    contacts: contactsOf(settings, entry),
    mobile: entry.texts('mobile'),
    employeeNumber: entry.text('employeeNumber') ?? entry.text('employeeID'),
    location: entry.dn,
    // Any value but 0 was written by SDProp or an administrator (MS-ADTS 3.1.1.6.1.2).
    privileged: Number(entry.text('adminCount') ?? 0) !== 0,
    language: entry.text('preferredLanguage'),
  };
}
