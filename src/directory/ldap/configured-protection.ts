import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { Account } from '../../core/ports/directory.ts';
import { canonicalDn, isAtOrBelow } from './dn.ts';

export interface Protection {
  readonly protected: boolean;
  /** For operators and the audit. */
  readonly reason: string | null;
}

export const unprotected: Protection = { protected: false, reason: null };

export function protectedBecause(reason: string): Protection {
  return { protected: true, reason };
}

/**
 * Whether the configuration puts an account out of reach by sign-in name, place or (nested) group. Groups are only read when some
 * are configured; an error while reading them is thrown, so that doubt never means "not protected".
 */
export async function configuredProtection(
  rules: LdapSettings['protected'],
  account: Account,
  normalise: (login: string) => string | null,
  readGroups: () => Promise<readonly { id: string; name: string }[]>,
): Promise<Protection> {
  const own = new Set([account.login, account.principalName].map((name) => (name === null ? null : normalise(name))));
  own.delete(null);
  const login = rules.logins.find((name) => own.has(normalise(name)));
  if (login !== undefined) return protectedBecause(`login ${login}`);
  const location = rules.locations.find((base) => isAtOrBelow(account.location, base));
  if (location !== undefined) return protectedBecause(`location ${location}`);
  if (rules.groups.length === 0) return unprotected;
  const groups = await readGroups();
  const dns = new Set(groups.map((group) => canonicalDn(group.id)));
  const names = new Set(groups.map((group) => group.name.normalize('NFKC').toLowerCase()));
  const group = rules.groups.find((wanted) => {
    const dn = canonicalDn(wanted);
    return (dn !== '' && dns.has(dn)) || names.has(wanted.normalize('NFKC').toLowerCase().trim());
  });
  return group === undefined ? unprotected : protectedBecause(`group ${group}`);
}
