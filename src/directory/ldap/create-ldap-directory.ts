import { Attribute, Change } from 'ldapts';
import { AppError } from '../../../shared/errors.ts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type { AccountFingerprint, AccountStatus, Directory, WriteOutcome } from '../../core/ports/directory.ts';
import type { DirectoryNote } from '../../core/ports/directory-health.ts';
import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import { findPolicy } from '../openldap/find-policy.ts';
import type { LdapConnection } from './connection.ts';
import type { LdapEntry } from './entry.ts';
import { isHeldElsewhere, refusedAsHeldElsewhere } from './held-elsewhere.ts';
import { heldRight, missingRight, unknownRight } from './inspected-rights.ts';
import { looksHashed, refusedAsHash } from './looks-hashed.ts';
import { advice, fact } from './notes.ts';
import { passwordModifyValue } from './password-modify.ts';
import { changeByExtension, type PersonDialect } from './person-dialect.ts';
import { createPersonDirectory } from './person-directory.ts';
import { type BindRefusal, withPolicyControl } from './policy-answer.ts';
import { RESULT } from './result-codes.ts';
import { OID } from './root-dse.ts';
import { noResetUnder, resetUnder } from './safe-modify.ts';
import { createServerCache, type ServerCache } from './server-cache.ts';
import type { Probed } from './servers.ts';
import { fromGeneralizedTime } from './time.ts';
import { writerOf } from './writer-of.ts';

/**
 * Any LDAPv3 server with inetOrgPerson accounts. A password is written by RFC 3062; by a modification of userPassword (RFC 4519
 * section 2.41) only where the configuration says that this server hashes such a value, for others would store the password in clear.
 *
 * It claims nothing that a server does not tell in a standard way: policy and lock state are not known, so nothing is judged
 * beforehand and nothing can be unlocked; what the server refuses is passed on with its reason.
 *
 * @throws AppError `configuration.invalid` for a people filter that is none
 */
export function createLdapDirectory(settings: DirectorySettingsOf<'ldap'>, deps: DirectoryDeps): Directory {
  return createPersonDirectory(settings, deps, createDialect(settings, createServerCache(deps.clock)));
}

/**
 * 19 and 53 without a reason: the person is not let in, whatever the password. No standard says why, so nothing is concluded from it; but
 * a fault of the server it is not, which would show to strangers which accounts are locked.
 */
const bindRefusals: readonly BindRefusal[] = [RESULT.constraintViolation, RESULT.unwillingToPerform].map((code) => ({
  code,
  text: /(?:)/,
  reason: 'credentials.not-allowed-now',
}));

/** An identifier is looked up as it is: bytes in hexadecimal, else any text without control characters. */
const idPatterns = { bytes: /^(?:[0-9a-f]{2}){1,64}$/, text: /^[^\p{Cc}]{1,256}$/u } as const;

const createDialect = (
  { disabledPeople, passwordWrite, idAttribute, serviceAccount, lockout, expiredPassword }: DirectorySettingsOf<'ldap'>,
  cache: ServerCache,
): PersonDialect => ({
  idAttribute: idAttribute.name,
  idIsBinary: idAttribute.binary,
  idPattern: idPatterns[idAttribute.binary ? 'bytes' : 'text'],
  statusAttributes: [idAttribute.name, 'modifyTimestamp', 'entryCSN', 'modifiersName', 'pwdPolicySubentry'],
  readToReset: ['userPassword'],
  stateFilter: () => null,
  notes: (probed) => [
    fact(
      'Password policy and lock state cannot be read from a plain LDAP server: what it refuses is known only once it was asked, and nobody can be unlocked',
    ),
    disabledPeople === 'not-told'
      ? advice(
          'It is not known who is disabled or has left (disabledPeople: not-told): such people can set a new password',
          'Leave them out by peopleFilter, and say so with disabledPeople: left-out-by-people-filter',
        )
      : fact('Whoever peopleFilter finds counts as neither disabled nor gone (disabledPeople: left-out-by-people-filter)'),
    lockout === undefined
      ? advice(
          'Nobody signs in to Keyturn by a password of this directory: such a server does not tell whether a wrong one would lock the account',
          'State in directories[].lockout at how many wrong passwords, within how many minutes, it does',
        )
      : fact(
          `The server is taken to lock an account at ${lockout.failures} wrong passwords within ${lockout.minutes} min (lockout): Keyturn sends fewer than half as many`,
        ),
    ...writingNotes(passwordWrite, probed),
    ...(probed.some(({ rootDse }) => !rootDse.supportedControl.has(OID.passwordPolicy))
      ? [fact('The server does not offer the password policy control: reasons of a refusal are not told apart')]
      : []),
  ],
  async readFacts(connection, entry) {
    const status = { ...statusUnder(disabledPeople), ...noResetUnder(await draftPolicyOf(connection, cache, entry)) };
    return { policy: unknownPolicy, status, fingerprint: fingerprintOf(entry, serviceAccount.name) };
  },
  // A write has to know nothing of what a policy could say.
  factsOf: async (_connection, entry) => ({ status: statusUnder(disabledPeople), fingerprint: fingerprintOf(entry, serviceAccount.name) }),
  forgetPolicies: () => cache.forget(),
  async reset(connection, entry, newPassword) {
    if (isHeldElsewhere(entry)) return refusedAsHeldElsewhere(connection.server);
    if (passwordWrite === 'password-modify') {
      const value = passwordModifyValue({ userIdentity: entry.dn, newPassword });
      return withPolicyControl(connection, (controls) => connection.extended(modifyingPasswords(connection), value, controls));
    }
    if (looksHashed(newPassword)) return refusedAsHash(connection.server);
    return withPolicyControl(connection, (controls) => connection.modify(entry.dn, [replacePassword(newPassword)], controls));
  },
  async change(connection, dn, oldPassword, newPassword) {
    if (passwordWrite === 'password-modify') {
      modifyingPasswords(connection);
      return changeByExtension(connection, dn, oldPassword, newPassword);
    }
    const changes = [oldPassword, newPassword].map(
      (password, index) =>
        new Change({
          operation: index === 0 ? 'delete' : 'add',
          modification: new Attribute({ type: 'userPassword', values: [password] }),
        }),
    );
    return withPolicyControl(connection, (controls) => connection.modify(dn, changes, controls));
  },
  bindRefusals,
  expiredProves: expiredPassword === 'proves-the-password',
  readingFix: (sentence) => `${sentence}: the page ldap.md of the handbook lists what it needs`,
  async inspectRights(connection, people) {
    const policies: (LdapEntry | null)[] = [];
    for (const person of people) policies.push(await draftPolicyOf(connection, cache, person));
    const untold = 'LDAP has no standard way to ask for it without writing; use the kind of this server if there is one';
    const impossible = 'this kind of directory cannot do it';
    const rights = [
      heldRight('read'),
      passwordWrite === 'password-modify' && !offersExtension(connection.rootDse)
        ? missingRight('reset-password', notOffered.problem, notOffered.fix)
        : resetUnder(unknownRight('reset-password', untold), policies),
      unknownRight('unlock-account', impossible),
      unknownRight('require-change', impossible),
      unknownRight('read-policy', impossible),
    ];
    return { rights, tooMuch: [] };
  },
  unlock: async (connection, entry) => unsupported(connection, entry, 'unlocking'),
  requireChange: async (connection, entry) => unsupported(connection, entry, 'requiring a change'),
});

/**
 * The policy entry in force as slapd keeps it, which is looked at for one thing alone: whether a reset is refused whatever happens. Only
 * servers with the policy control have such entries; null: none is found.
 */
async function draftPolicyOf(connection: LdapConnection, cache: ServerCache, entry: LdapEntry): Promise<LdapEntry | null> {
  if (!connection.rootDse.supportedControl.has(OID.passwordPolicy)) return null;
  return findPolicy(connection, cache, { dn: entry.dn, own: entry.text('pwdPolicySubentry') }, null);
}

/**
 * No attribute of the standards tells of passwords alone (RFC 4512 section 3.4): any change of the entry may be one. entryCSN, where the
 * server has it, is another one after each write; modifyTimestamp mostly tells whole seconds.
 */
function fingerprintOf(entry: LdapEntry, serviceAccount: string): AccountFingerprint {
  const [modified, revision] = [entry.text('modifyTimestamp'), entry.text('entryCSN')];
  return {
    password: revision ?? modified,
    anyWrite: true,
    ...(revision === null ? { wholeSeconds: true } : { revision }),
    lock: null,
    locked: null,
    passwordSetAt: fromGeneralizedTime(modified),
    ...writerOf(entry, serviceAccount),
  };
}

function offersExtension({ supportedExtension }: LdapConnection['rootDse']): boolean {
  return supportedExtension.has(OID.passwordModify);
}

const notOffered = {
  problem: 'The server does not offer the operation that sets a password (RFC 3062)',
  fix: 'Turn it on; or, if the server hashes what is written to userPassword, say so: passwordWrite: user-password-as-text.',
};

/**
 * The extended operation by which passwords are set.
 * @throws AppError `directory.no-right` when the server has none: the text of a password is never written instead
 */
function modifyingPasswords({ rootDse, server }: LdapConnection): string {
  if (offersExtension(rootDse)) return OID.passwordModify;
  throw new AppError('directory.no-right', { server, ...notOffered });
}

function writingNotes(passwordWrite: DirectorySettingsOf<'ldap'>['passwordWrite'], probed: readonly Probed[]): DirectoryNote[] {
  if (passwordWrite === 'user-password-as-text') {
    return [
      advice(
        'Passwords are written to userPassword as text (passwordWrite): a server that does not hash them keeps them in clear',
        'Look at userPassword of an account that was reset; if it is not hashed, take passwordWrite away',
      ),
    ];
  }
  if (probed.every(({ rootDse }) => offersExtension(rootDse))) return [];
  return [advice(`Passwords cannot be set. ${notOffered.problem}`, notOffered.fix)];
}

function replacePassword(password: string): Change {
  return new Change({ operation: 'replace', modification: new Attribute({ type: 'userPassword', values: [password] }) });
}

function unsupported(connection: LdapConnection, entry: LdapEntry, verb: string): WriteOutcome {
  const detail = `${verb} is not standardised in LDAP: use the kind of this server for ${entry.dn}`;
  return { done: false, refusal: 'account.no-right', detail, server: connection.server };
}

const unknownPolicy: PasswordPolicy = {
  name: null,
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
  failuresForgottenAfter: null,
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
    passwordExpired: null,
    mustChange: false,
    passwordExpiresAt: null,
    passwordSetAt: null,
    badAttempts: null,
    lastBadAttemptAt: null,
    changeableAt: null,
  };
}
