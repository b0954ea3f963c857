import { AppError } from '../../../shared/errors.ts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type { Account, AccountRef, Directory } from '../../core/ports/directory.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import { createCachedLookup } from '../ldap/cached-lookup.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import type { DirectoryBase } from '../ldap/directory-base.ts';
import { canonicalDn } from '../ldap/dn.ts';
import type { LdapKind } from '../ldap/ldap-kind.ts';
import { createMembership } from '../ldap/membership.ts';
import { type Protection, protectedBecause, unprotected } from '../ldap/protection.ts';
import { callerSids, mayPersonChange } from './change-right.ts';
import { type Configured, type Identifiers, judgeConfigured, resolveConfigured } from './configured.ts';
import type { DomainNames } from './domain-names.ts';
import type { Observation } from './observation.ts';
import { builtinProtection } from './protected.ts';
import { sidToText } from './sid.ts';

/** Who is out of reach of Keyturn, and who belongs where. */
export interface Reach {
  /** What the configuration names, looked up. To be had before a connection is taken, because the look-up takes one. */
  rules(): Promise<Configured>;
  /** An account is judged by its access list too: it has to be read with it. */
  readonly needsAccessList: boolean;
  /** @param seen read with the access list where it is needed */
  judge(rules: Configured, connection: LdapConnection, seen: Observation, account: Account): Promise<Protection>;
  readonly isProtected: Directory['isProtected'];
  /** Who belongs where, and which names are there. */
  readonly membership: Pick<Directory, 'readMembership' | 'lookUpNames'>;
  /** SIDs of the account itself and of all its groups. */
  readSids(ref: AccountRef): Promise<Buffer[]>;
}

/** Milliseconds for which what the configuration names is taken to be what it was; short while something is missing. */
const keepConfigured = ({ names }: Configured): number => (names.every(({ ok }) => ok) ? 60_000 : 10_000);

export function createReach(
  settings: DirectorySettingsOf<'active-directory'>,
  { clock }: Pick<DirectoryDeps, 'clock'>,
  reading: {
    readonly base: Pick<DirectoryBase, 'servers'>;
    readonly names: DomainNames;
    readonly kind: Pick<LdapKind, 'identifierFilter'>;
    observe(connection: LdapConnection, ref: AccountRef, accessList?: boolean): Promise<Observation>;
  },
): Reach {
  const { names, kind, observe } = reading;
  const { servers } = reading.base;
  const needsAccessList = settings.fixedPasswords === 'refuse';

  const isServiceAccount = (account: Account): boolean => {
    const { name } = settings.serviceAccount;
    if (name.includes('=')) return canonicalDn(name) === canonicalDn(account.location);
    const wanted = names.normaliseKnown(name);
    return wanted !== null && [account.login, account.principalName].some((own) => own !== null && names.normaliseKnown(own) === wanted);
  };

  const readSids = (ref: AccountRef): Promise<Buffer[]> => servers.read(async (connection) => sidsOf(await observe(connection, ref)));

  const identifiers: Identifiers = { normalise: names.normaliseKnown, filter: kind.identifierFilter };
  const configured = createCachedLookup(clock, { keep: keepConfigured }, async () => {
    await names.learn();
    return servers.read((connection) => resolveConfigured(connection, settings, identifiers));
  });

  const judge: Reach['judge'] = async (rules, connection, seen, account) => {
    const [self] = await callerSids(connection);
    // Whoever could reset it would hold its rights.
    const isSelf = self !== undefined && seen.ownSid !== null && sidToText(seen.ownSid) === self;
    if (isSelf || isServiceAccount(account)) return protectedBecause({ by: 'service-account', name: null });
    const sids = await sidsOf(seen);
    const named = judgeConfigured(rules, account, sids, names.normaliseKnown);
    if (named.protected) return named;
    if (needsAccessList && !mayPersonChange(seen.entry, sids, connection.server))
      return protectedBecause({ by: 'no-own-change', name: null });
    return settings.protected.privileged ? builtinProtection(account, sids, seen.flags()) : unprotected;
  };

  return {
    rules: () => configured.get(),
    needsAccessList,
    judge,
    readSids,
    async isProtected(account) {
      const rules = await configured.get();
      return servers.read(async (connection) => judge(rules, connection, await observe(connection, account, needsAccessList), account));
    },
    membership: createMembership<DirectorySettingsOf<'active-directory'>, Configured>({
      clock,
      settings,
      resolve: (named, settingOf) => servers.read((connection) => resolveConfigured(connection, named, identifiers, settingOf)),
      isAt: (found, account) => judgeConfigured(found, account, [], names.normaliseKnown).protected,
      isIn: async (found, account) => judgeConfigured(found, account, await readSids(account), names.normaliseKnown).protected,
    }),
  };
}

/** Its own, which tells built-in accounts, and those of its groups; a hidden one is not "none". */
async function sidsOf(seen: Observation): Promise<Buffer[]> {
  if (seen.ownSid !== null) return [seen.ownSid, ...(await seen.groupSids())];
  const problem = `objectSid of ${seen.entry.dn} may not be read`;
  throw new AppError('directory.no-right', { operation: 'search', problem, fix: 'Let the service account read objectSid of the people.' });
}
