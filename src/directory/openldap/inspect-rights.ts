import { Attribute, Change } from 'ldapts';
import { withLines } from '../../../shared/fix-text.ts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type { DirectoryRight } from '../../core/ports/directory-health.ts';
import type { Random } from '../../core/ports/platform.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { heldRight, missingRight, type PersonFinding, type RightsReport, rightOverPeople } from '../ldap/inspected-rights.ts';
import { type LdapResult, RESULT, saysReadOnly, succeeded } from '../ldap/result-codes.ts';
import { resetUnder } from '../ldap/safe-modify.ts';
import { seesAttributes } from '../ldap/sees-attributes.ts';
import type { ServerCache } from '../ldap/server-cache.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';
import { type Granted, rule } from './access-rules.ts';
import { stateAttributes } from './account-status.ts';

/** A time at which no account was ever locked. */
export const neverLocked = '19700101000001Z';

/** Rules are read from the first to the last, and the first that fits decides (slapd.access(5)). */
const WHERE = 'first in the database that holds the people, in slapd.conf as lines, in cn=config by the command';

/** Stands for all that the task does not need: every person has it (RFC 4519 section 2.3). */
const unneededAttribute = 'cn';

export interface InspectionTools {
  readonly settings: DirectorySettingsOf<'openldap'>;
  readonly random: Random;
  readonly cache: ServerCache;
  policyOf(connection: LdapConnection, entry: LdapEntry): Promise<LdapEntry | null>;
}

/**
 * What the service account may do. slapd tells nobody's rights to others (slapd.access(5)), but it looks at them before it looks at
 * values: it is asked to take a value away that is not there, twice in one modification. Without the right it answers
 * `insufficientAccessRights`, with it `noSuchAttribute`. Nothing can come of it: a modification is done as a whole or not at all
 * (RFC 4511 section 4.6), and of two removals of one value at most the first could succeed.
 */
export async function inspectRights(
  connection: LdapConnection,
  people: readonly LdapEntry[],
  tools: InspectionTools,
): Promise<RightsReport> {
  const { settings, random, policyOf, cache } = tools;
  const looked = people.slice(0, 3);
  const absent = Buffer.from(random.bytes(32)).toString('hex');
  const probe = async (verb: DirectoryRight['verb'], type: string, value: string, granted: Granted): Promise<DirectoryRight> => {
    const findings: PersonFinding[] = [];
    let unknown = '';
    for (const { dn } of looked) {
      const result = await tryRemoving(connection, dn, type, value);
      const held = judge(result);
      if (held === null) unknown = `the server answers ${result.code} ${result.message}`.trim();
      findings.push({ dn, held });
    }
    return rightOverPeople(verb, findings, {
      missing: `the right to write ${type} is missing`,
      unknown,
      fix: withLines(`Grant it: ${WHERE}`, ...rule(settings, granted)),
    });
  };
  const reset = await probe('reset-password', 'userPassword', absent, 'userPassword');
  const unlock = await probe('unlock-account', 'pwdAccountLockedTime', neverLocked, 'marks');
  const requireChange = await probe('require-change', 'pwdReset', 'FALSE', 'marks');
  const policy = looked[0] === undefined ? null : await policyOf(connection, looked[0]);
  const policies: (LdapEntry | null)[] = [];
  for (const person of people) policies.push(await policyOf(connection, person));
  const rights = [
    await seeingStates(connection, looked, cache, settings),
    resetUnder(reset, policies),
    unlock,
    markUnder(requireChange, policy),
    policy === null
      ? missingRight(
          'read-policy',
          'no policy entry is found that it may read',
          withLines(`Set defaultPolicyDn, and let it read the policies: ${WHERE}`, ...rule(settings, 'policies')),
        )
      : heldRight('read-policy'),
  ];
  const dns = looked.map(({ dn }) => dn);
  const tooMuch = [
    ...(await readableHashes(connection, dns)),
    ...(await readableOwnHash(connection, settings.serviceAccount.name)),
    ...(await furtherWriting(connection, looked, absent)),
  ];
  const unbound = reset.ok === true && unlock.ok === true && (await standsAbovePolicy(connection, looked[0], policy, random));
  return { rights, tooMuch: unbound ? [...tooMuch, abovePolicy] : tooMuch };
}

/** What is hidden counts as not known, and then nobody can be recovered. */
async function seeingStates(
  connection: LdapConnection,
  people: readonly LdapEntry[],
  cache: ServerCache,
  settings: DirectorySettingsOf<'openldap'>,
): Promise<DirectoryRight> {
  for (const person of people) {
    if (await seesAttributes(connection, cache, person, stateAttributes)) continue;
    const problem = `it cannot see whether ${person.dn} is locked, disabled or has ended (${stateAttributes.join(', ')})`;
    return missingRight('read', problem, withLines(`Grant it: ${WHERE}`, ...rule(settings, 'marks', 'states')));
  }
  return heldRight('read');
}

/** @throws AppError `directory.read-only` on a replica, which judges no right to write */
async function tryRemoving(connection: LdapConnection, dn: string, type: string, value: string): Promise<LdapResult> {
  const removal = () => new Change({ operation: 'delete', modification: new Attribute({ type, values: [value] }) });
  const result = await connection.modify(dn, [removal(), removal()]);
  if (saysReadOnly(result)) throw unexpectedResult(result, connection.server, 'modify');
  return result;
}

/** null: the answer says nothing about rights (no such attribute in the schema). */
function judge({ code }: LdapResult): boolean | null {
  if (code === RESULT.noSuchAttribute) return true;
  return code === RESULT.insufficientAccessRights ? false : null;
}

const abovePolicy =
  'The service account is the root DN or has the manage right on userPassword: history, quality and minimum age do not hold on a reset';

/**
 * The overlay refuses a password that is hashed already where `pwdCheckQuality` is 2, before the entry is looked at, to everybody but
 * those whom no policy binds (slapo-ppolicy(5)). So one is put behind a removal that must fail: it is never written, and if it were,
 * it would stand beside the right one and fit no password.
 */
async function standsAbovePolicy(
  connection: LdapConnection,
  person: LdapEntry | undefined,
  policy: LdapEntry | null,
  random: Random,
): Promise<boolean> {
  if (person === undefined || policy?.text('pwdCheckQuality') !== '2') return false;
  const hash = `{SSHA}${Buffer.from(random.bytes(28)).toString('base64')}`;
  const change = (operation: 'delete' | 'add', type: string, value: string) =>
    new Change({ operation, modification: new Attribute({ type, values: [value] }) });
  const removal = () => change('delete', 'pwdAccountLockedTime', neverLocked);
  return judge(await connection.modify(person.dn, [removal(), removal(), change('add', 'userPassword', hash)])) === true;
}

/** The mark may be written and of no use. */
function markUnder(right: DirectoryRight, policy: LdapEntry | null): DirectoryRight {
  if (right.ok !== true || policy === null || policy.text('pwdMustChange')?.toUpperCase() === 'TRUE') return right;
  return { ...right, problem: `it has no effect under ${policy.dn} (pwdMustChange)`, fix: `Set pwdMustChange: TRUE in ${policy.dn}` };
}

async function readableHashes(connection: LdapConnection, people: readonly string[]): Promise<string[]> {
  const readable = new Set<string>();
  for (const dn of people) for (const name of await readHashes(connection, dn)) readable.add(name);
  if (readable.size === 0) return [];
  return [`The service account may read stored passwords: ${[...readable].join(', ')}`];
}

/** Of all other accounts it knows one. */
async function readableOwnHash(connection: LdapConnection, dn: string): Promise<string[]> {
  if ((await readHashes(connection, dn)).length === 0) return [];
  return [
    'The service account may read its own stored password: the rule for the passwords of all other accounts is missing, or stands behind another one',
  ];
}

async function readHashes(connection: LdapConnection, dn: string): Promise<readonly string[]> {
  const { result, entries } = await connection.search(dn, { scope: 'base', attributes: ['userPassword', 'pwdHistory'] });
  return succeeded(result) ? (entries[0]?.names ?? []) : [];
}

async function furtherWriting(connection: LdapConnection, people: readonly LdapEntry[], absent: string): Promise<string[]> {
  for (const { dn } of people) {
    if (judge(await tryRemoving(connection, dn, unneededAttribute, absent)) !== true) continue;
    return [`The service account may write further attributes of people: ${unneededAttribute} (${dn})`];
  }
  return [];
}
