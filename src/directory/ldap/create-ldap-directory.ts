import { Attribute, Change } from 'ldapts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type { AccountStatus, Directory, PasswordPolicy, WriteOutcome } from '../../core/ports/directory.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import type { LdapConnection } from './connection.ts';
import type { LdapEntry } from './entry.ts';
import { heldRight, unknownRight } from './inspected-rights.ts';
import { passwordModifyValue } from './password-modify.ts';
import { changeByExtension, createPersonDirectory, type PersonDialect } from './person-directory.ts';
import { withPolicyControl } from './policy-answer.ts';
import { OID } from './root-dse.ts';

/**
 * Any LDAPv3 server with inetOrgPerson accounts. The root DSE decides how a password is written: by RFC 3062 where the server
 * offers it, otherwise by a modification of userPassword (RFC 4519 section 2.41), which is then stored as the server sees fit.
 *
 * It claims nothing that a server does not tell in a standard way: policy and lock state are not known, so nothing is judged
 * beforehand and nothing can be unlocked; what the server refuses is passed on with its reason.
 *
 * @throws AppError `configuration.invalid` for a people filter that is none
 */
export function createLdapDirectory(settings: DirectorySettingsOf<'ldap'>, deps: DirectoryDeps): Directory {
  return createPersonDirectory(settings, deps, createDialect(settings));
}

/** RFC 4530, and the spelling of those that came before it. */
const idAttribute = 'entryUUID';

const createDialect = ({ disabledPeople }: DirectorySettingsOf<'ldap'>): PersonDialect => ({
  idAttribute,
  idPattern: /^[0-9a-fA-F-]{32,36}$/,
  statusAttributes: [idAttribute, 'modifyTimestamp', 'entryCSN'],
  stateFilter: () => null,
  notes: (probed) => [
    'Password policy and lock state cannot be read from a plain LDAP server: what it refuses is known only once it was asked, and nobody can be unlocked.',
    disabledPeople === 'not-told'
      ? 'It is not known who is disabled or has left (disabledPeople: not-told): such people can set a new password.'
      : 'Whoever peopleFilter finds counts as neither disabled nor gone (disabledPeople: left-out-by-people-filter).',
    ...(probed.some(({ rootDse }) => !rootDse.supportedExtension.has(OID.passwordModify))
      ? ['The server does not offer RFC 3062: passwords are written to userPassword, and it must hash them itself.']
      : []),
    ...(probed.some(({ rootDse }) => !rootDse.supportedControl.has(OID.passwordPolicy))
      ? ['The server does not offer the password policy control: reasons of a refusal are not told apart.']
      : []),
  ],
  async readFacts(_connection, entry) {
    // No attribute of the standards tells of passwords alone (RFC 4512 section 3.4): any change of the entry may be one.
    const password = `${entry.text('modifyTimestamp') ?? ''}/${entry.text('entryCSN') ?? ''}`;
    const fingerprint = { password, lock: '', locked: null, passwordSetAt: null };
    return { policy: unknownPolicy, status: statusUnder(disabledPeople), fingerprint };
  },
  reset(connection, entry, newPassword) {
    return withPolicyControl(connection, (controls) => {
      if (!hasExtension(connection)) return connection.modify(entry.dn, [replacePassword(newPassword)], controls);
      const value = passwordModifyValue({ userIdentity: entry.dn, newPassword });
      return connection.extended(OID.passwordModify, value, controls);
    });
  },
  change(connection, dn, oldPassword, newPassword) {
    if (hasExtension(connection)) return changeByExtension(connection, dn, oldPassword, newPassword);
    const changes = [oldPassword, newPassword].map(
      (password, index) =>
        new Change({
          operation: index === 0 ? 'delete' : 'add',
          modification: new Attribute({ type: 'userPassword', values: [password] }),
        }),
    );
    return withPolicyControl(connection, (controls) => connection.modify(dn, changes, controls));
  },
  readingRule: 'see docs/handbook/directories/ldap.md',
  async inspectRights() {
    const untold = 'LDAP has no standard way to ask for it without writing; use the kind of this server if there is one';
    const impossible = 'this kind of directory cannot do it';
    const rights = [
      heldRight('read'),
      unknownRight('reset-password', untold),
      unknownRight('unlock-account', impossible),
      unknownRight('require-change', impossible),
      unknownRight('read-policy', impossible),
    ];
    return { rights, tooMuch: [] };
  },
  unlock: async (connection, entry) => unsupported(connection, entry, 'unlocking'),
  requireChange: async (connection, entry) => unsupported(connection, entry, 'requiring a change'),
});

function hasExtension(connection: LdapConnection): boolean {
  return connection.rootDse.supportedExtension.has(OID.passwordModify);
}

function replacePassword(password: string): Change {
  return new Change({ operation: 'replace', modification: new Attribute({ type: 'userPassword', values: [password] }) });
}

function unsupported(connection: LdapConnection, entry: LdapEntry, verb: string): WriteOutcome {
  const detail = `${verb} is not standardised in LDAP: use the kind of this server for ${entry.dn}`;
  return { done: false, refusal: 'account.no-right', detail, server: connection.server };
}

const unknownPolicy: PasswordPolicy = {
  name: 'not known',
  minimumLength: 0,
  maximumLength: null,
  lengthUnit: 'octets',
  complexity: 'none',
  nameTokensChecked: false,
  categories: null,
  minimumAge: 0,
  maximumAge: null,
  historyLength: 0,
  historyOnReset: 'not-enforced',
  minimumAgeOnReset: 'not-enforced',
  lockoutThreshold: 0,
  lockoutDuration: null,
};

/** Nothing is told; but whoever is found is no disabled person, where the people filter leaves those out. */
function statusUnder(disabledPeople: DirectorySettingsOf<'ldap'>['disabledPeople']): AccountStatus {
  const left = disabledPeople === 'left-out-by-people-filter' ? false : null;
  return {
    locked: null,
    lockedUntil: null,
    disabled: left,
    accountExpired: left,
    passwordSignIn: null,
    passwordExpired: false,
    mustChange: false,
    passwordExpiresAt: null,
    passwordSetAt: null,
    badAttempts: null,
    lastBadAttemptAt: null,
    changeableAt: null,
  };
}
