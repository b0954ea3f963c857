import { Attribute, Change } from 'ldapts';
import { AppError } from '../../../shared/errors.ts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type { Directory, WriteOutcome } from '../../core/ports/directory.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import { allOf, equals, not, present } from '../ldap/filters.ts';
import { passwordModifyValue } from '../ldap/password-modify.ts';
import { createPersonDirectory, type PersonDialect, refusedWrite } from '../ldap/person-directory.ts';
import { withPolicyControl } from '../ldap/policy-answer.ts';
import { RESULT, succeeded } from '../ldap/result-codes.ts';
import { OID } from '../ldap/root-dse.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';
import { isLockedByAdministrator, lockedForEver, statusAttributes, toAccountStatus, toFingerprint } from './account-status.ts';
import { findPolicy } from './find-policy.ts';
import { inspectRights, rule } from './inspect-rights.ts';
import { toPasswordPolicy } from './password-policy.ts';

/**
 * OpenLDAP with the ppolicy overlay (slapo-ppolicy(5)), 2.5 and later.
 *
 * A reset goes through RFC 3062 as the service account: the server hashes, and history, quality and minimum age hold, provided the
 * account has `=w` and not `manage` on userPassword. The overlay lifts a lock with every new password.
 *
 * @throws AppError `configuration.invalid` for a people filter that is none
 */
export function createOpenldapDirectory(settings: DirectorySettingsOf<'openldap'>, deps: DirectoryDeps): Directory {
  const dialect: PersonDialect = {
    idAttribute: 'entryUUID',
    idPattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    statusAttributes,
    stateFilter(state) {
      const forEver = equals('pwdAccountLockedTime', lockedForEver);
      if (state === 'must-change') return equals('pwdReset', 'TRUE');
      return state === 'disabled' ? forEver : allOf(present('pwdAccountLockedTime'), not(forEver));
    },
    notes: (probed) => notes(probed.map(({ rootDse }) => rootDse)),
    async readFacts(connection, entry, now) {
      const found = await findPolicy(connection, entry.text('pwdPolicySubentry'), settings.defaultPolicyDn ?? null);
      const policy = toPasswordPolicy(found);
      const status = toAccountStatus(entry, policy, found?.text('pwdMustChange')?.toUpperCase() === 'TRUE', now);
      return { policy, status, fingerprint: toFingerprint(entry, status) };
    },
    factsOf(entry, now) {
      // The policy says when a lock ends, and nothing else of what a write has to know.
      if (entry.text('pwdAccountLockedTime') !== null) return null;
      const status = toAccountStatus(entry, toPasswordPolicy(null), false, now);
      return { status, fingerprint: toFingerprint(entry, status) };
    },
    async reset(connection, entry, newPassword, options) {
      // A new password would lift the administrator's lock as it lifts any other.
      if (isLockedByAdministrator(entry)) return lockedByAdministrator(connection);
      const value = passwordModifyValue({ userIdentity: entry.dn, newPassword });
      const answer = await withPolicyControl(connection, (controls) => connection.extended(OID.passwordModify, value, controls));
      if (succeeded(answer.result) && options.mustChange === true) await markAfterReset(connection, entry.dn);
      return answer;
    },
    inspectRights: (connection, people) => inspectRights(connection, people, settings, deps.random),
    readingRule: rule(settings, 'entry'),
    async unlock(connection, entry) {
      if (isLockedByAdministrator(entry)) return lockedByAdministrator(connection);
      // Not "replace with nothing": that would leave the failures, and the next wrong password would lock again.
      const result = await connection.modify(entry.dn, [change('delete', 'pwdAccountLockedTime', [])]);
      const unlocked = succeeded(result) || result.code === RESULT.noSuchAttribute;
      return unlocked ? { done: true, server: connection.server } : refusedOrThrow(connection, result, 'unlock');
    },
    async requireChange(connection, entry) {
      const result = await connection.modify(entry.dn, [change('replace', 'pwdReset', ['TRUE'])]);
      return succeeded(result) ? { done: true, server: connection.server } : refusedOrThrow(connection, result, 'require-change');
    },
  };
  return createPersonDirectory(settings, deps, dialect);
}

function change(operation: 'delete' | 'replace', type: string, values: string[]): Change {
  return new Change({ operation, modification: new Attribute({ type, values }) });
}

/**
 * Two requests, because a modification of userPassword beside pwdReset would store the password as it is wherever
 * ppolicy_hash_cleartext is off.
 * @throws AppError `directory.no-right` and others: the password is set by then, and `details.done` says so
 */
async function markAfterReset(connection: LdapConnection, dn: string): Promise<void> {
  const result = await connection.modify(dn, [change('replace', 'pwdReset', ['TRUE'])]);
  if (succeeded(result)) return;
  const error = unexpectedResult(result, connection.server, 'require-change');
  throw new AppError(error.code, { ...error.details, done: 'password' }, { cause: error });
}

function refusedOrThrow(connection: LdapConnection, result: Parameters<typeof unexpectedResult>[0], operation: string): WriteOutcome {
  const answer = { result, server: connection.server };
  if (result.code === RESULT.noSuchObject) return refusedWrite('account.missing', answer);
  if (result.code === RESULT.insufficientAccessRights) return refusedWrite('account.no-right', answer);
  throw unexpectedResult(result, connection.server, operation);
}

function lockedByAdministrator(connection: LdapConnection): WriteOutcome {
  const detail = 'pwdAccountLockedTime is 000001010000Z: an administrator locked the account';
  return { done: false, refusal: 'password.account-disabled', detail, server: connection.server };
}

function notes(rootDses: readonly LdapConnection['rootDse'][]): string[] {
  const lines: string[] = [];
  if (rootDses.some((rootDse) => !rootDse.supportedControl.has(OID.passwordPolicy))) {
    lines.push('The ppolicy overlay is not loaded: no history, no lockout, and reasons of a refusal are not told.');
  }
  if (rootDses.some((rootDse) => !rootDse.supportedExtension.has(OID.passwordModify))) {
    lines.push('The server does not offer RFC 3062: passwords cannot be set.');
  }
  lines.push(
    'A reset always lifts a lock, and honours history and minimum age unless the service account has the manage right on userPassword.',
  );
  return lines;
}
