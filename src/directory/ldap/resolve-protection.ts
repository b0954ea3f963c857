import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { ConfiguredName } from '../../core/ports/directory-health.ts';
import { foundName, missingName, readConfigured, resolvePlace } from './configured-names.ts';
import type { LdapConnection } from './connection.ts';
import { isAtOrBelow, isDn } from './dn.ts';
import type { LdapEntry } from './entry.ts';
import { allOf, anyOf, equals } from './filters.ts';
import { type GroupClosure, readClosure } from './group-closure.ts';
import { groupAttributes, groupFilter, isGroup } from './group-entry.ts';
import type { ReadingFix } from './inspected-rights.ts';
import { inProtected, type SettingOf } from './membership.ts';
import { searchAll } from './search-all.ts';

/** What the configuration puts out of reach, as the directory has it. */
export interface ResolvedProtection {
  /** Everything the configuration names. One that is missing makes it unknown who is protected. */
  readonly names: readonly ConfiguredName[];
  /** Each protected group with all that are in it. */
  readonly groups: readonly { readonly wanted: string; readonly closure: GroupClosure }[];
  readonly locations: readonly { readonly wanted: string; readonly dn: string }[];
  readonly logins: readonly { readonly wanted: string; readonly dns: readonly string[] }[];
  /** DNs of the account that Keyturn itself signs in with. */
  readonly serviceAccount: readonly string[];
  /** Where groups are searched. */
  readonly groupBase: string;
}

export interface ProtectionQuestions {
  readonly settings: LdapSettings;
  /** How the service account is let read, for the operator. */
  readonly readingFix: ReadingFix;
  /** Where the names stand; in the section `protected` unless told. */
  readonly settingOf?: SettingOf | undefined;
}

/**
 * Looks up all that the configuration names: the places of people and groups, the protected groups with their members, the protected
 * places and sign-in names, and the service account.
 * @throws AppError `directory.*` when the server cannot be asked, `directory.limit-exceeded` when it tells only a part
 */
export async function resolveProtection(
  connection: LdapConnection,
  { settings, readingFix, settingOf = inProtected }: ProtectionQuestions,
): Promise<ResolvedProtection> {
  const names: ConfiguredName[] = [];
  const place = async (setting: string, dn: string): Promise<string | null> => {
    const resolved = await resolvePlace(connection, setting, dn, readingFix);
    names.push(resolved.name);
    return resolved.dn;
  };
  await place('baseDn', settings.baseDn);
  if (settings.groupBaseDn !== undefined) await place('groupBaseDn', settings.groupBaseDn);
  const groupBase = groupBaseOf(connection, settings);
  const groupBaseIsThere = settings.groupBaseDn === undefined || names.every(({ setting, ok }) => setting !== 'groupBaseDn' || ok);

  const groups: ResolvedProtection['groups'][number][] = [];
  for (const [index, wanted] of settings.protected.groups.entries()) {
    const setting = settingOf('groups', index);
    const found = await findGroups(connection, wanted, groupBaseIsThere ? groupBase : null);
    if (found.length === 0) {
      const where = isDn(wanted) ? 'no such group can be seen' : `no group with this name can be seen below ${groupBase}`;
      names.push(
        missingName(setting, wanted, where, readingFix(`Correct ${setting} or groupBaseDn, or let the service account read groups`)),
      );
      continue;
    }
    const closure = await readClosure(connection, found, { baseDn: settings.baseDn, groupBaseDn: settings.groupBaseDn ?? null });
    const [obstacle] = closure.hidden;
    names.push(
      obstacle === undefined
        ? foundName(setting, wanted, `found, ${describeMembers(closure)}`)
        : missingName(setting, wanted, obstacle, readingFix('Let the service account read and search groups and their members')),
    );
    groups.push({ wanted, closure });
  }

  const locations: ResolvedProtection['locations'][number][] = [];
  for (const [index, wanted] of settings.protected.locations.entries()) {
    const dn = await place(settingOf('locations', index), wanted);
    if (dn !== null) locations.push({ wanted, dn });
  }

  const logins: ResolvedProtection['logins'][number][] = [];
  for (const [index, wanted] of settings.protected.logins.entries()) {
    const setting = settingOf('logins', index);
    const dns = await findLogins(connection, settings, wanted);
    names.push(
      dns.length > 0
        ? foundName(setting, wanted, 'found')
        : missingName(
            setting,
            wanted,
            'nobody with this sign-in name can be seen',
            readingFix(`Correct ${setting} or take it out, or let the service account read people`),
          ),
    );
    logins.push({ wanted, dns });
  }
  return { names, groups, locations, logins, serviceAccount: await findServiceAccount(connection, settings), groupBase };
}

/** Where groups are searched: as configured, else the whole naming context that holds the people. */
export function groupBaseOf(connection: LdapConnection, settings: LdapSettings): string {
  if (settings.groupBaseDn !== undefined) return settings.groupBaseDn;
  return contextOf(connection, settings.baseDn) ?? settings.baseDn;
}

function contextOf(connection: LdapConnection, dn: string): string | null {
  const holding = connection.rootDse.namingContexts.filter((context) => isAtOrBelow(dn, context));
  return holding.sort((one, other) => other.length - one.length)[0] ?? null;
}

async function findGroups(connection: LdapConnection, wanted: string, groupBase: string | null): Promise<LdapEntry[]> {
  if (isDn(wanted)) {
    const named = await readConfigured(connection, wanted, { attributes: groupAttributes });
    if ('entry' in named) return isGroup(named.entry) ? [named.entry] : [];
  }
  if (groupBase === null || wanted.trim() === '') return [];
  const filter = allOf(equals('cn', wanted), groupFilter());
  return (await searchAll(connection, groupBase, { scope: 'sub', filter, attributes: groupAttributes })).filter(isGroup);
}

/** Sign-in names are those a person may type, and `uid`. One outside of `baseDn` is found too: it is never served. */
async function findLogins(connection: LdapConnection, settings: LdapSettings, wanted: string): Promise<string[]> {
  if (wanted.trim() === '') return [];
  const filter = anyOf(...[...new Set(['uid', ...settings.identifiers])].map((attribute) => equals(attribute, wanted)));
  const bases = [settings.baseDn, contextOf(connection, settings.baseDn)];
  for (const base of bases) {
    if (base === null) continue;
    const { entries } = await connection.search(base, { scope: 'sub', filter, attributes: ['1.1'], sizeLimit: 25 });
    if (entries.length > 0) return entries.map(({ dn }) => dn);
  }
  return [];
}

/** As configured, as the server spells it, and as whom the server knows the connection (RFC 4532). */
async function findServiceAccount(connection: LdapConnection, settings: LdapSettings): Promise<string[]> {
  const { name } = settings.serviceAccount;
  const spelt = isDn(name) ? await readConfigured(connection, name, { attributes: ['1.1'] }) : null;
  const known = await connection.whoAmI();
  return [
    ...(isDn(name) ? [name] : []),
    ...(spelt !== null && 'entry' in spelt ? [spelt.entry.dn] : []),
    ...(known?.startsWith('dn:') === true ? [known.slice(3)] : []),
  ];
}

function describeMembers({ members, logins, gids, urls, roles }: GroupClosure): string {
  const count = members.size + logins.size;
  const ways = [
    ...(gids.size > 0 ? ['and those whose primary group it is'] : []),
    ...(urls.length > 0 ? ['and those a search names'] : []),
    ...(roles.length > 0 ? ['and those who have the role'] : []),
  ];
  return [`${count} ${count === 1 ? 'member' : 'members'}`, ...ways].join(' ');
}
