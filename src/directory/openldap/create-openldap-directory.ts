import { Attribute, Change } from 'ldapts';
import { withLines } from '../../../shared/fix-text.ts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type { Directory, WriteOutcome } from '../../core/ports/directory.ts';
import type { DirectoryNote } from '../../core/ports/directory-health.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { allOf, equals, not, present } from '../ldap/filters.ts';
import { isHeldElsewhere, refusedAsHeldElsewhere } from '../ldap/held-elsewhere.ts';
import { advice, fact } from '../ldap/notes.ts';
import { passwordModifyValue } from '../ldap/password-modify.ts';
import { type PersonDialect, refusedWrite } from '../ldap/person-dialect.ts';
import { createPersonDirectory } from '../ldap/person-directory.ts';
import { withPolicyControl } from '../ldap/policy-answer.ts';
import { RESULT, succeeded } from '../ldap/result-codes.ts';
import { OID } from '../ldap/root-dse.ts';
import { seesAttributes } from '../ldap/sees-attributes.ts';
import { createServerCache } from '../ldap/server-cache.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';
import { accessRule, rule } from './access-rules.ts';
import {
  holdsAdministratorsLock,
  lockAttributes,
  lockedForEver,
  type StatusFacts,
  stateAttributes,
  statusAttributes,
  temporaryLockEnd,
  toAccountStatus,
  toFingerprint,
} from './account-status.ts';
import { findPolicy } from './find-policy.ts';
import { inspectRights, neverLocked } from './inspect-rights.ts';
import { openldapPasswordEnds, readPasswordEnd } from './password-ends.ts';
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
  const cache = createServerCache(deps.clock);
  const policyOf = (connection: LdapConnection, entry: LdapEntry): Promise<LdapEntry | null> =>
    findPolicy(connection, cache, { dn: entry.dn, own: entry.text('pwdPolicySubentry') }, settings.defaultPolicyDn ?? null);

  const readStatusFacts = async (connection: LdapConnection, entry: LdapEntry): Promise<StatusFacts> => {
    const found = await policyOf(connection, entry);
    const visible = await seesAttributes(connection, cache, entry, stateAttributes);
    return { policy: toPasswordPolicy(found), found, visible, end: await readPasswordEnd(connection, cache, entry, found) };
  };

  /** Why nothing may be written that takes a lock away, as any new password does; also when an administrator's lock could be there unseen. */
  const lockedByAdministrator = async (connection: LdapConnection, entry: LdapEntry): Promise<WriteOutcome | null> => {
    const facts = await readStatusFacts(connection, entry);
    if (holdsAdministratorsLock(entry, facts, deps.clock.now())) return refusedAsLocked(connection);
    if (!facts.visible && entry.text('pwdAccountLockedTime') === null) return statesHidden(connection, settings);
    return null;
  };

  const dialect: PersonDialect = {
    idAttribute: 'entryUUID',
    idPattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    statusAttributes,
    readToReset: ['userPassword'],
    stateFilter(state) {
      const forEver = equals('pwdAccountLockedTime', lockedForEver);
      if (state === 'must-change') return equals('pwdReset', 'TRUE');
      return state === 'disabled' ? forEver : allOf(present('pwdAccountLockedTime'), not(forEver));
    },
    passwordEnds: openldapPasswordEnds(settings, cache, policyOf),
    notes: (probed) => notes(probed.map(({ rootDse }) => rootDse)),
    async readFacts(connection, entry, now) {
      const facts = await readStatusFacts(connection, entry);
      const status = toAccountStatus(entry, facts, now);
      return { policy: facts.policy, status, fingerprint: toFingerprint(entry, status, settings.serviceAccount.name) };
    },
    factsOf(connection, entry, now) {
      // The policy says when a lock ends, and nothing else of what a write has to know.
      if (lockAttributes.some((attribute) => entry.text(attribute) !== null)) return null;
      return seesAttributes(connection, cache, entry, stateAttributes).then((visible) => {
        const status = toAccountStatus(entry, { policy: toPasswordPolicy(null), found: null, visible, end: 'not-told' }, now);
        return { status, fingerprint: toFingerprint(entry, status, settings.serviceAccount.name) };
      });
    },
    forgetPolicies: () => cache.forget(),
    async reset(connection, entry, newPassword, options) {
      // A new password would lift the administrator's lock as it lifts any other, and slapd takes no assertion (RFC 4528) with RFC 3062.
      if (isHeldElsewhere(entry)) return refusedAsHeldElsewhere(connection.server);
      const locked = await lockedByAdministrator(connection, entry);
      if (locked !== null) return locked;
      const value = passwordModifyValue({ userIdentity: entry.dn, newPassword });
      const answer = await withPolicyControl(connection, (controls) => connection.extended(OID.passwordModify, value, controls));
      if (!succeeded(answer.result) || options.mustChange !== true) return answer;
      return markAfterReset(connection, entry.dn);
    },
    inspectRights: (connection, people) => inspectRights(connection, people, { settings, random: deps.random, policyOf, cache }),
    readingFix: (sentence) => withLines(sentence, ...rule(settings, 'entries')),
    async unlock(connection, entry) {
      const locked = await lockedByAdministrator(connection, entry);
      if (locked !== null) return locked;
      // The value that was seen and no other: an administrator's lock that came since stays. Not "replace with nothing": that would
      // leave the failures, and the next wrong password would lock again.
      const seen = entry.texts('pwdAccountLockedTime');
      const result = await connection.modify(entry.dn, [change('delete', 'pwdAccountLockedTime', seen.length > 0 ? seen : [neverLocked])]);
      if (!succeeded(result)) {
        if (result.code !== RESULT.noSuchAttribute) return refusedOrThrow(connection, result, 'unlock');
        if (await isLockedMeanwhile(connection, entry.dn)) return refusedAsLocked(connection);
      }
      const found = await policyOf(connection, entry);
      if (temporaryLockEnd(entry, found, deps.clock.now()) === null) return { done: true, server: connection.server };
      const detail = 'pwdAccountTmpLockoutEnd has not passed: the server lets nobody take this lock away';
      return { done: false, refusal: 'password.account-locked', detail, server: connection.server };
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
 * The password is set by then, whatever becomes of the mark.
 */
async function markAfterReset(connection: LdapConnection, dn: string): Promise<WriteOutcome> {
  const result = await connection.modify(dn, [change('replace', 'pwdReset', ['TRUE'])]);
  const { server } = connection;
  return succeeded(result) ? { done: true, server } : { done: true, server, unmet: ['must-change'] };
}

function refusedOrThrow(connection: LdapConnection, result: Parameters<typeof unexpectedResult>[0], operation: string): WriteOutcome {
  const answer = { result, server: connection.server };
  if (result.code === RESULT.noSuchObject) return refusedWrite('account.missing', answer);
  if (result.code === RESULT.insufficientAccessRights) return refusedWrite('account.no-right', answer);
  throw unexpectedResult(result, connection.server, operation);
}

function refusedAsLocked(connection: LdapConnection): WriteOutcome {
  const detail = 'pwdAccountLockedTime is not a lock of the overlay: an administrator locked the account';
  return { done: false, refusal: 'password.account-disabled', detail, server: connection.server };
}

/** Asked when the lock that was to be taken away is not there: it may have ended, or given way to another one. */
async function isLockedMeanwhile(connection: LdapConnection, dn: string): Promise<boolean> {
  const { result, entries } = await connection.search(dn, { scope: 'base', attributes: ['pwdAccountLockedTime'] });
  return succeeded(result) && entries.some((entry) => entry.text('pwdAccountLockedTime') !== null);
}

function statesHidden({ server }: LdapConnection, settings: DirectorySettingsOf<'openldap'>): WriteOutcome {
  const detail = `the service account cannot see whether an administrator locked the account: ${accessRule(settings, 'marks')}`;
  return { done: false, refusal: 'account.no-right', detail, server };
}

function notes(rootDses: readonly LdapConnection['rootDse'][]): DirectoryNote[] {
  const lines: DirectoryNote[] = [];
  if (rootDses.some((rootDse) => !rootDse.supportedControl.has(OID.passwordPolicy))) {
    lines.push(
      advice(
        'The ppolicy overlay is not loaded: no history, no lockout, and nobody can tell who is disabled, so nobody can be recovered',
        'Load it, or use kind ldap',
      ),
    );
  }
  if (rootDses.some((rootDse) => !rootDse.supportedExtension.has(OID.passwordModify))) {
    lines.push(advice('The server does not offer RFC 3062: passwords cannot be set', 'Update it: slapd has had it since 2.0'));
  }
  lines.push(
    fact(
      'A reset always lifts a lock, and honours history and minimum age unless the service account has the manage right on userPassword',
    ),
  );
  return lines;
}
