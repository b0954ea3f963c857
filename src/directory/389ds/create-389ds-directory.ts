import { Attribute, Change } from 'ldapts';
import { isAppError } from '../../../shared/errors.ts';
import { withLines } from '../../../shared/fix-text.ts';
import { passwordLength } from '../../../shared/password-rules/password-length.ts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type { Directory, WriteOutcome } from '../../core/ports/directory.ts';
import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { Clock } from '../../core/ports/platform.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { allOf, equals, not, present } from '../ldap/filters.ts';
import { looksHashed, refusedAsHash } from '../ldap/looks-hashed.ts';
import { fact } from '../ldap/notes.ts';
import { passwordModifyValue } from '../ldap/password-modify.ts';
import { POLICY_ERROR } from '../ldap/password-policy-control.ts';
import { type PersonDialect, refusedWrite } from '../ldap/person-dialect.ts';
import { createPersonDirectory } from '../ldap/person-directory.ts';
import { type BindRefusal, type PolicyAnswer, type Refusal, withPolicyControl } from '../ldap/policy-answer.ts';
import { RESULT, succeeded } from '../ldap/result-codes.ts';
import { OID } from '../ldap/root-dse.ts';
import { seesAttributes } from '../ldap/sees-attributes.ts';
import { createServerCache, type ServerCache } from '../ldap/server-cache.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';
import { endAttributes, epoch, stateAttributes, statusAttributes, toAccountStatus, toFingerprint } from './account-status.ts';
import { findPolicy } from './find-policy.ts';
import { inspectRights, readingRule } from './inspect-rights.ts';
import { ds389PasswordEnds } from './password-ends.ts';
import { toPasswordPolicy } from './password-policy.ts';

/**
 * 389 Directory Server (Red Hat Directory Server), 2.x.
 *
 * The server keeps its books about a password (expiration, failures, update time) after it has answered a modification, and before it
 * answers an RFC 3062 request. So a reset that demands a change goes by RFC 3062, with the mark written after it: in one modification
 * the server would wipe the mark out again. Any other reset is one modification, because RFC 3062 would always leave the mark.
 * Both ways the server hashes, and history, syntax and minimum age hold.
 *
 * @throws AppError `configuration.invalid` for a people filter that is none
 */
export function create389dsDirectory(settings: DirectorySettingsOf<'389ds'>, deps: DirectoryDeps): Directory {
  return createPersonDirectory(settings, deps, createDialect(settings, deps.clock, createServerCache(deps.clock)));
}

const replace = (type: string, ...values: string[]): Change =>
  new Change({ operation: 'replace', modification: new Attribute({ type, values }) });

const unlocking = [replace('accountUnlockTime'), replace('passwordRetryCount', '0')];
const marking = [replace('passwordExpirationTime', epoch)];

const createDialect = (settings: DirectorySettingsOf<'389ds'>, clock: Clock, cache: ServerCache): PersonDialect => ({
  idAttribute: 'nsUniqueId',
  idPattern: /^[0-9a-f]{8}(-[0-9a-f]{8}){3}$/i,
  statusAttributes,
  stateFilter(state) {
    if (state === 'disabled') return equals('nsAccountLock', 'true');
    if (state === 'must-change') return equals('passwordExpirationTime', epoch);
    // How many failures lock is up to the policy of each account: locks that are over are found too.
    return allOf(present('accountUnlockTime'), not(equals('passwordRetryCount', '0')));
  },
  passwordEnds: ds389PasswordEnds(cache),
  notes: (probed) => [
    ...(probed.some(({ rootDse }) => !rootDse.supportedControl.has(OID.passwordPolicy))
      ? [fact('The server does not offer the password policy control: reasons of a refusal are not told apart')]
      : []),
    fact('The policy is read from cn=config and from local policy entries: the service account needs the right to read both'),
  ],
  async readFacts(connection, entry, now) {
    const found = await findPolicy(connection, cache, entry);
    const policy = toPasswordPolicy(found);
    const visible = await seesAttributes(connection, cache, entry, stateAttributes);
    const endVisible = await seesAttributes(connection, cache, entry, endAttributes);
    const status = toAccountStatus(entry, { policy, policyKnown: found !== null, visible, endVisible }, now);
    return { policy, status, fingerprint: toFingerprint(entry, status, settings.serviceAccount.name) };
  },
  forgetPolicies: () => cache.forget(),
  reset(connection, entry, newPassword, options) {
    // With syntax checks off the server would take this for a finished hash, and everybody who knows it could sign in.
    if (looksHashed(newPassword)) return Promise.resolve(refusedAsHash(connection.server));
    return options.mustChange === true ? resetAndMark(connection, entry, newPassword) : resetOnly(connection, entry, newPassword, clock);
  },
  async inspectRights(connection, people) {
    const [first] = people;
    const policy = first === undefined ? null : await findPolicy(connection, cache, first);
    const hidden: string[] = [];
    for (const person of people) if (!(await seesAttributes(connection, cache, person, stateAttributes))) hidden.push(person.dn);
    return inspectRights(connection, people, settings, { policyReadable: policy !== null, hidden });
  },
  readingFix: (sentence) => withLines(sentence, readingRule(settings)),
  unlock: (connection, entry) => write(connection, entry, unlocking, 'unlock'),
  requireChange: (connection, entry) => write(connection, entry, marking, 'require-change'),
  bindRefusals,
  refine: (refusal, answer, newPassword, { policy }) => refine(refusal, answer, newPassword, policy),
});

/** A new password clears the failures but leaves the end of a lock behind. */
async function resetOnly(connection: LdapConnection, entry: LdapEntry, newPassword: string, clock: Clock): Promise<PolicyAnswer> {
  const changes = [replace('userPassword', newPassword), ...unlocking];
  const answer = await withPolicyControl(connection, (controls) => connection.modify(entry.dn, changes, controls));
  const wasMarked = entry.text('passwordExpirationTime') === epoch;
  if (succeeded(answer.result) && wasMarked) await untilUnmarked(connection, entry.dn, clock);
  return answer;
}

/**
 * An earlier "must change" is taken away just after the answer: whoever reads next should not see it. Given up after a second, and
 * when the connection is lost, because the reset itself has been answered.
 */
async function untilUnmarked(connection: LdapConnection, dn: string, clock: Clock): Promise<void> {
  try {
    for (let look = 0; look < 50; look += 1) {
      const { entries } = await connection.search(dn, { scope: 'base', attributes: ['passwordExpirationTime'] });
      if (entries[0]?.text('passwordExpirationTime') !== epoch) return;
      await clock.sleep(20);
    }
  } catch (error) {
    if (!isAppError(error)) throw error;
  }
}

/** The password is set by the first request, whatever becomes of the mark. */
async function resetAndMark(connection: LdapConnection, entry: LdapEntry, newPassword: string): Promise<PolicyAnswer | WriteOutcome> {
  const value = passwordModifyValue({ userIdentity: entry.dn, newPassword });
  const answer = await withPolicyControl(connection, (controls) => connection.extended(OID.passwordModify, value, controls));
  if (!succeeded(answer.result)) return answer;
  const { server } = connection;
  const marked = await connection.modify(entry.dn, [...unlocking, ...marking]);
  return succeeded(marked) ? { done: true, server } : { done: true, server, unmet: ['must-change'] };
}

async function write(connection: LdapConnection, entry: LdapEntry, changes: Change[], operation: string): Promise<WriteOutcome> {
  const result = await connection.modify(entry.dn, changes);
  const answer = { result, server: connection.server };
  if (succeeded(result)) return { done: true, server: connection.server };
  if (result.code === RESULT.noSuchObject) return refusedWrite('account.missing', answer);
  if (result.code === RESULT.insufficientAccessRights) return refusedWrite('account.no-right', answer);
  throw unexpectedResult(result, connection.server, operation);
}

/**
 * How the server refuses a bind (389 DS 2.3, tried): the lock of the password policy, the account policy plugin, nsAccountLock.
 */
const bindRefusals: readonly BindRefusal[] = [
  { code: RESULT.constraintViolation, text: /inactivity/i, reason: 'credentials.account-expired' },
  { code: RESULT.constraintViolation, text: /retry limit/i, reason: 'credentials.locked' },
  { code: RESULT.unwillingToPerform, text: /inactivated/i, reason: 'credentials.disabled' },
];

/**
 * The server says "quality" for a short password too. The current one it refuses without a reason in the control, in the words that
 * it has for its history; without those nothing is known.
 */
function refine(refusal: Refusal, { result, response }: PolicyAnswer, newPassword: string, policy: PasswordPolicy): Refusal {
  const error = response?.error ?? null;
  if (error === null && refusal === 'password.refused' && /password in history/i.test(result.message)) return 'password.in-history';
  if (error !== POLICY_ERROR.insufficientPasswordQuality) return refusal;
  if (passwordLength(newPassword, policy.lengthUnit) < policy.minimumLength) return 'password.too-short';
  return policy.complexity === 'categories' ? 'password.not-complex' : refusal;
}
