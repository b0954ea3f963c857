import type { Filter } from 'ldapts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type { Account } from '../../core/ports/directory.ts';
import type { ConfiguredName } from '../../core/ports/directory-health.ts';
import { foundName, missingName, resolvePlace } from '../ldap/configured-names.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import { isAtOrBelow } from '../ldap/dn.ts';
import type { ReadingFix } from '../ldap/inspected-rights.ts';
import { inProtected, type SettingOf } from '../ldap/membership.ts';
import { type Protection, protectedBecause, protectedForMissing, unprotected } from '../ldap/protection.ts';
import { RESULT, succeeded } from '../ldap/result-codes.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';
import { domainDnOf } from './domain.ts';
import { guidToText } from './guid.ts';
import { type ProtectedGroup, resolveProtectedGroup } from './protected-groups.ts';
import { sidToText } from './sid.ts';

/** What the configuration puts out of reach, as the domain controller has it. */
export interface Configured {
  /** Everything the configuration names. One that is missing makes it unknown who is protected. */
  readonly names: readonly ConfiguredName[];
  readonly groups: readonly ProtectedGroup[];
  readonly locations: readonly { readonly wanted: string; readonly dn: string }[];
  readonly logins: readonly { readonly wanted: string; readonly normalised: string; readonly ids: readonly string[] }[];
}

export interface Identifiers {
  normalise(login: string): string | null;
  filter(normalised: string): Filter;
}

const readingFix: ReadingFix = (sentence) => `${sentence}: the first command on the page active-directory.md of the handbook grants it`;

/**
 * Looks up the base of the people and all that is protected by name: groups become SIDs, places the server's own DNs, sign-in names the
 * accounts that bear them, wherever in the domain they are.
 * @throws AppError `directory.*` when the server cannot be asked
 */
export async function resolveConfigured(
  connection: LdapConnection,
  settings: DirectorySettingsOf<'active-directory'>,
  identifiers: Identifiers,
  settingOf: SettingOf = inProtected,
): Promise<Configured> {
  const names: ConfiguredName[] = [(await resolvePlace(connection, 'baseDn', settings.baseDn, readingFix)).name];
  const groups: ProtectedGroup[] = [];
  for (const [index, wanted] of settings.protected.groups.entries()) {
    const setting = settingOf('groups', index);
    const group = await resolveProtectedGroup(connection, domainDnOf(connection), wanted);
    groups.push(group);
    names.push(
      group.problem === null
        ? foundName(setting, wanted, `found: ${group.sids.join(', ')}`)
        : missingName(setting, wanted, group.problem, `Correct ${setting}, or let the service account read groups`),
    );
  }
  const locations: Configured['locations'][number][] = [];
  for (const [index, wanted] of settings.protected.locations.entries()) {
    const { name, dn } = await resolvePlace(connection, settingOf('locations', index), wanted, readingFix);
    names.push(name);
    if (dn !== null) locations.push({ wanted, dn });
  }
  const logins: Configured['logins'][number][] = [];
  for (const [index, wanted] of settings.protected.logins.entries()) {
    const setting = settingOf('logins', index);
    const normalised = identifiers.normalise(wanted);
    const ids = normalised === null ? [] : await idsOf(connection, identifiers.filter(normalised));
    const missing = (): ConfiguredName =>
      missingName(setting, wanted, 'nobody with this sign-in name can be seen', readingFix(`Correct ${setting} or take it out`));
    names.push(ids.length > 0 ? foundName(setting, wanted, 'found') : missing());
    if (normalised !== null) logins.push({ wanted, normalised, ids });
  }
  return { names, groups, locations, logins };
}

async function idsOf(connection: LdapConnection, filter: Filter): Promise<string[]> {
  const options = { scope: 'sub', filter, attributes: ['objectGUID'], binary: ['objectGUID'], sizeLimit: 25 } as const;
  const { result, entries } = await connection.search(domainDnOf(connection), options);
  if (!succeeded(result) && result.code !== RESULT.sizeLimitExceeded) throw unexpectedResult(result, connection.server, 'search');
  return entries.map((entry) => guidToText(entry.bytes('objectGUID') ?? Buffer.alloc(0))).filter((id) => id !== null);
}

/**
 * Whether the configuration puts an account out of reach by sign-in name, place or group, or names something that cannot be found:
 * then nobody can be told to be outside of it.
 * @param sids of the account's groups
 */
export function judgeConfigured(
  rules: Configured,
  account: Account,
  sids: readonly Buffer[],
  normalise: Identifiers['normalise'],
): Protection {
  const missing = rules.names.find(({ ok }) => !ok);
  if (missing !== undefined) return protectedForMissing(missing);
  const own = [account.login, account.principalName].map((name) => (name === null ? null : normalise(name)));
  const login = rules.logins.find(({ normalised, ids }) => own.includes(normalised) || ids.includes(account.id));
  if (login !== undefined) return protectedBecause({ by: 'login', name: login.wanted });
  const place = rules.locations.find(({ wanted, dn }) => [wanted, dn].some((base) => isAtOrBelow(account.location, base)));
  if (place !== undefined) return protectedBecause({ by: 'location', name: place.wanted });
  const held = new Set(sids.map(sidToText));
  const group = rules.groups.find((candidate) => candidate.sids.some((sid) => held.has(sid)));
  return group === undefined ? unprotected : protectedBecause({ by: 'group', name: group.wanted });
}
