import { isAppError } from '../../../shared/errors.ts';
import { fixParts, withLines } from '../../../shared/fix-text.ts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type { Account } from '../../core/ports/directory.ts';
import type { DirectoryRight } from '../../core/ports/directory-health.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import type { DirectoryBase } from '../ldap/directory-base.ts';
import { canonicalDn } from '../ldap/dn.ts';
import { atLeast } from '../ldap/filters.ts';
import { heldRight, missingRight, nobodyFound, type RightsReport, rightOverPeople, unknownWriting } from '../ldap/inspected-rights.ts';
import { succeeded } from '../ldap/result-codes.ts';
import { accountAttributes, toAccount } from './account.ts';
import { hiddenAttributes } from './always-there.ts';
import { domainDnOf } from './domain.ts';
import { rightsBeyondPeople } from './domain-rights.ts';
import { excessiveRights } from './excessive-rights.ts';
import { type PersonRights, toPersonRights } from './person-rights.ts';
import { mayReadSettings } from './policy.ts';
import { builtinProtection } from './protected.ts';
import { isSamba } from './reset-mode.ts';
import { delegationCommands } from './rights-commands.ts';
import { SecurityDescriptorControl } from './security-descriptor-control.ts';
import { sidToText } from './sid.ts';
import { statusAttributes } from './status.ts';

/** People looked at, of each sort: enough to see a unit that was left out, few enough for any server. */
const sampleSize = 20;

/** Milliseconds after which nobody further is looked at. */
const timeLimit = 15_000;

export interface AccountQuestions {
  /** SIDs of the account and of all its groups. */
  readSids(account: Account): Promise<readonly Buffer[]>;
  isProtected(account: Account): Promise<{ readonly protected: boolean }>;
}

/**
 * What the service account may do, from what the domain controller says: `allowedAttributesEffective` (MS-ADTS 3.1.1.4.5.21) for
 * attributes, the access list of the entries against the account's own token for the Reset Password right. Nothing is written.
 */
export async function inspectRights(
  base: DirectoryBase,
  settings: DirectorySettingsOf<'active-directory'>,
  questions: AccountQuestions,
): Promise<RightsReport> {
  const seen = await base.servers.read((connection) => look(connection, base, settings));
  const { token, sids, commands } = seen;
  const unreadable: { dn: string; what: string; fix: string }[] = [];
  const served: PersonRights[] = [];
  const privileged: PersonRights[] = [];
  const end = performance.now() + timeLimit;
  for (const entry of seen.entries) {
    if (performance.now() > end) break;
    const account = toAccount(entry, settings);
    // What everybody may do with the own account says nothing about others.
    if (account === null || (token[0] !== undefined && entry.bytes('objectSid')?.equals(token[0]) === true)) continue;
    const hidden = hiddenAttributes(entry);
    if (hidden.length > 0) unreadable.push({ dn: entry.dn, what: `the state (${hidden.join(', ')})`, fix: commands.readState });
    const groups = await unlessHidden(() => questions.readSids(account));
    if (groups === null) unreadable.push({ dn: entry.dn, what: 'the groups (tokenGroups)', fix: commands.readGroups });
    else if (builtinProtection(account, groups, 0).protected) privileged.push(toPersonRights(entry, sids));
    else if ((await unlessHidden(() => questions.isProtected(account)))?.protected === false) served.push(toPersonRights(entry, sids));
  }
  const tooMuch = [...excessiveRights(token, privileged, served), ...seen.beyondPeople];
  const policy = seen.policyReadable
    ? heldRight('read-policy')
    : missingRight(
        'read-policy',
        'the password settings objects of the domain are hidden from it: the rules shown to people may be stricter or laxer than theirs',
        commands.readPolicy,
      );
  const [example] = unreadable;
  const read =
    example === undefined ? heldRight('read') : missingRight('read', `${example.what} of ${example.dn} may not be read`, example.fix);
  if (served.length === 0 && unreadable.length > 0) {
    const untold = unknownWriting('without the state and the groups of people nobody can be reset');
    return { rights: [read, ...untold, policy], tooMuch };
  }
  if (served.length === 0) {
    const nobody = nobodyFound(
      settings.baseDn,
      withLines('Check baseDn and peopleFilter, or let it read', ...fixParts(commands.read).lines),
    );
    return { rights: nobody.rights.map((right) => (right.verb === 'read-policy' ? policy : right)), tooMuch };
  }
  if (sids.size === 0) {
    const untold = unknownWriting('the domain controller does not tell the groups of its own caller (tokenGroups of the root DSE)');
    return { rights: [read, ...untold, policy], tooMuch };
  }
  return { rights: [read, ...describeWriting(served, commands), policy], tooMuch };
}

/** null instead of an error when a right to read is missing. */
async function unlessHidden<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (isAppError(error) && error.code === 'directory.no-right') return null;
    throw error;
  }
}

async function look(connection: LdapConnection, base: DirectoryBase, settings: DirectorySettingsOf<'active-directory'>) {
  const root = await connection.search('', { scope: 'base', attributes: ['tokenGroups'], binary: ['tokenGroups'] });
  // The account itself comes first, then its groups, well-known ones such as Everyone included (MS-ADTS 3.1.1.3.2).
  const token = succeeded(root.result) ? (root.entries[0]?.allBytes('tokenGroups') ?? []) : [];
  const sids = new Set(token.map((sid) => sidToText(sid)).filter((sid) => sid !== null));
  const wanted = {
    attributes: [...accountAttributes, ...statusAttributes, 'objectSid', 'allowedAttributesEffective', 'nTSecurityDescriptor'],
    binary: ['objectGUID', 'objectSid', 'nTSecurityDescriptor'],
    controls: [new SecurityDescriptorControl()],
  };
  const anybody = await base.sample(connection, sampleSize, wanted);
  // On Windows the privileged are marked, wherever in the tree they are.
  const marked = await base.sample(connection, sampleSize, { ...wanted, filter: atLeast('adminCount', '1') });
  const entries = [...new Map([...anybody, ...marked].map((entry) => [entry.dn, entry])).values()];
  const domainDn = domainDnOf(connection);
  return {
    token,
    sids,
    entries,
    beyondPeople: await rightsBeyondPeople(connection, { domainDn, baseDn: settings.baseDn }, sids),
    policyReadable: await mayReadSettings(connection, domainDn),
    commands: delegationCommands({
      samba: isSamba(connection.rootDse),
      // A right on the whole domain would reach everybody: the operator is to choose a unit.
      baseDn: canonicalDn(settings.baseDn) === canonicalDn(domainDn) ? `OU=<people to serve>,${domainDn}` : settings.baseDn,
      server: connection.server,
      sid: (token[0] === undefined ? null : sidToText(token[0])) ?? 'SID-OF-THE-SERVICE-ACCOUNT',
      name: await bindName(connection, settings, token[0]),
    }),
  };
}

/** The service account as Windows tools want it named: a DN is none of the spellings they know. */
async function bindName(
  connection: LdapConnection,
  settings: DirectorySettingsOf<'active-directory'>,
  own: Buffer | undefined,
): Promise<string> {
  const { name } = settings.serviceAccount;
  const sid = own === undefined ? null : sidToText(own);
  if (!name.includes('=') || sid === null) return name;
  const { entries } = await connection.search(`<SID=${sid}>`, { scope: 'base', attributes: ['sAMAccountName'] });
  return entries[0]?.text('sAMAccountName') ?? name;
}

function describeWriting(served: readonly PersonRights[], commands: ReturnType<typeof delegationCommands>): DirectoryRight[] {
  const over = (
    verb: DirectoryRight['verb'],
    missing: string,
    fix: string,
    held: (person: PersonRights) => boolean | null,
  ): DirectoryRight =>
    rightOverPeople(
      verb,
      served.map((person) => ({ dn: person.dn, held: held(person) })),
      { missing: `${missing} is missing`, unknown: 'the security descriptors of the people may not be read', fix },
    );
  return [
    over('reset-password', 'the extended right Reset Password', commands.resetPassword, ({ reset }) => reset),
    over('unlock-account', 'the right to write lockoutTime', commands.unlock, ({ writable }) => writable.has('lockouttime')),
    over('require-change', 'the right to write pwdLastSet', commands.requireChange, ({ writable }) => writable.has('pwdlastset')),
  ];
}
