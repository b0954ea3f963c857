import { AppError } from '../../../shared/errors.ts';
import { abilitiesOf } from '../../core/configuration/directory-abilities.ts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import type {
  Account,
  AccountFingerprint,
  AccountRef,
  Directory,
  PreparedWrite,
  ResetOptions,
  VerifyOutcome,
  WriteOptions,
  WriteOutcome,
} from '../../core/ports/directory.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import { configuredProtection, type Protection, protectedBecause } from '../ldap/configured-protection.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import { createDirectoryBase } from '../ldap/directory-base.ts';
import { canonicalDn, dnsDomainOf } from '../ldap/dn.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { missingAsOutcome } from '../ldap/missing-as-outcome.ts';
import { identityOf } from '../ldap/server-identity.ts';
import { fromFiletime } from '../ldap/time.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';
import { bindOutcome } from './bind-outcome.ts';
import { changeAsPerson, changeForUnbound } from './change.ts';
import { domainDnOf, readNetbiosName } from './domain.ts';
import { readGroupNames, readGroupSids } from './groups.ts';
import { guidDn } from './guid.ts';
import { inspectRights } from './inspect-rights.ts';
import { activeDirectoryKind } from './kind.ts';
import { normaliseIdentifier } from './normalise-identifier.ts';
import { readEffectivePolicy } from './policy.ts';
import { builtinProtection } from './protected.ts';
import { resetAtOnce, resetInTwoSteps } from './reset.ts';
import { resetMode } from './reset-mode.ts';
import { isLocked, statusAttributes, toStatus } from './status.ts';
import { mustChange, unlock } from './unicode-password.ts';
import { unusablePassword } from './unusable-password.ts';
import { attributeOutcome, type WriteFacts } from './write-outcome.ts';

/** Of the state, what tells whether something was written. */
const fingerprintAttributes = ['pwdLastSet', 'lockoutTime', 'msDS-User-Account-Control-Computed'] as const;

/** Milliseconds before its end from which on a password "expires soon". */
const expiresSoon = 14 * 86_400_000;

/**
 * Active Directory, by Windows or Samba, over LDAP with TLS. Accounts are named by objectGUID.
 * @throws AppError `configuration.invalid` for a people filter that is none
 */
export function createActiveDirectory(settings: DirectorySettingsOf<'active-directory'>, deps: DirectoryDeps): Directory {
  const { clock, random, log } = deps;
  const kind = activeDirectoryKind(settings);
  const base = createDirectoryBase(settings, deps, kind);
  const { servers } = base;
  const dns = dnsDomainOf(settings.baseDn);
  let netbios: string | null = settings.netbiosDomain ?? null;

  const normalise = (typed: string): string | null => normaliseIdentifier(typed, { dns, netbios });

  const learnNetbiosName = async (): Promise<void> => {
    if (netbios === null) netbios = await servers.read(readNetbiosName);
  };

  /** Policy and state of an entry that was read with `statusAttributes` and `msDS-ResultantPSO`. */
  const readAround = async (connection: LdapConnection, entry: LdapEntry) => {
    const mode = resetMode(settings.historyOnReset, connection.rootDse);
    const { policy, unreadable } = await readEffectivePolicy(connection, entry, domainDnOf(connection), mode);
    if (unreadable !== null) log.warn('directory.password-settings-unreadable', { directory: settings.id, settingsObject: unreadable });
    return { policy, status: toStatus(entry, policy, clock.now()) };
  };

  /** An account with its policy and state, read on the connection that goes on to work with it. */
  const readFull = async (connection: LdapConnection, ref: AccountRef) => {
    const entry = await base.fetch(connection, ref, [...statusAttributes, 'msDS-ResultantPSO']);
    return { entry, ...(await readAround(connection, entry)) };
  };

  const readSids = (ref: AccountRef): Promise<Buffer[]> =>
    servers.read(async (connection) => {
      const entry = await base.fetch(connection, ref, ['objectSid']);
      const own = entry.bytes('objectSid');
      return [...(own === null ? [] : [own]), ...(await readGroupSids(connection, guidDn(ref.id)))];
    });

  const readGroups: Directory['readGroups'] = (ref) =>
    servers.read(async (connection) => {
      await base.fetch(connection, ref, ['1.1']);
      return readGroupNames(connection, domainDnOf(connection), await readGroupSids(connection, guidDn(ref.id)));
    });

  const isServiceAccount = (account: Account): boolean => {
    const { name } = settings.serviceAccount;
    if (name.includes('=')) return canonicalDn(name) === canonicalDn(account.location);
    const wanted = normalise(name);
    return wanted !== null && [account.login, account.principalName].some((own) => own !== null && normalise(own) === wanted);
  };

  const isProtected = async (account: Account): Promise<Protection> => {
    // Whoever could reset it would hold its rights.
    if (isServiceAccount(account)) return protectedBecause('service account of Keyturn');
    const configured = await configuredProtection(settings.protected, account, normalise, () => readGroups(account));
    if (configured.protected || !settings.protected.privileged) return configured;
    return account.privileged ? builtinProtection(account, []) : builtinProtection(account, await readSids(account));
  };

  /** Writes to who was read before, which keeps writes within the configured part of the directory. */
  const writeTo = <T>(
    { server }: PreparedWrite,
    { notAfter }: WriteOptions,
    work: (connection: LdapConnection) => Promise<T>,
  ): Promise<T> => servers.write(work, { server, ...(notAfter === undefined ? {} : { notAfter }) });

  const writeAttribute = (target: PreparedWrite, options: WriteOptions, change: () => ReturnType<typeof unlock>): Promise<WriteOutcome> =>
    writeTo(target, options, async (connection) =>
      attributeOutcome(await connection.modify(guidDn(target.account.id), [change()]), connection.server),
    );

  const fingerprintOf = (entry: LdapEntry): AccountFingerprint => {
    const pwdLastSet = entry.text('pwdLastSet');
    return {
      password: pwdLastSet ?? '0',
      lock: entry.text('lockoutTime') ?? '0',
      locked: isLocked(entry),
      passwordSetAt: fromFiletime(pwdLastSet),
      // The first step leaves "must change" behind, the second takes it away.
      ...(settings.historyOnReset === 'two-step' && fromFiletime(pwdLastSet) === null ? { temporary: true as const } : {}),
    };
  };

  const everything = [...new Set([...kind.accountAttributes, ...statusAttributes, 'msDS-ResultantPSO'])];

  /** Account and entry of a reference; an entry that is no account is not there. */
  const fetchAccount = async (connection: LdapConnection, ref: AccountRef) => {
    const entry = await base.fetch(connection, ref, everything);
    const account = kind.toAccount(entry);
    if (account === null) throw new AppError('directory.account-missing', { directory: settings.id, id: ref.id });
    return { entry, account };
  };

  const prepareWrite: Directory['prepareWrite'] = async (ref) => {
    const read = await servers.write(async (connection) => {
      const { entry, account } = await fetchAccount(connection, ref);
      const status = toStatus(entry, { minimumAge: 0, lockoutDuration: null }, clock.now());
      return { account, status, fingerprint: fingerprintOf(entry), server: identityOf(connection), handle: '' };
    });
    return { ...read, protection: await isProtected(read.account) };
  };

  const warningOf = (entry: LdapEntry): 'none' | 'expires-soon' => {
    const endsAt = fromFiletime(entry.text('msDS-UserPasswordExpiryTimeComputed'));
    return endsAt !== null && endsAt - clock.now() < expiresSoon ? 'expires-soon' : 'none';
  };

  const changePassword: Directory['changePassword'] = async (ref, oldPassword, newPassword) => {
    const { entry, policy, status, server } = await servers.read(async (connection) => ({
      ...(await readFull(connection, ref)),
      server: connection.server,
    }));
    if (oldPassword === '') return { done: false, refusal: 'password.old-wrong', detail: 'empty', server };
    const unusable = unusablePassword(newPassword);
    if (unusable !== null) return { done: false, ...unusable, server };
    const facts: WriteFacts = { policy, status, newPassword, ageCounts: true };
    const person = { bindName: entry.dn, dn: guidDn(ref.id) };
    const outcome = await servers.separate((connection) => changeAsPerson(connection, person, oldPassword, newPassword, facts));
    if (outcome !== null) return outcome;
    return servers.write((connection) => changeForUnbound(connection, person.dn, oldPassword, newPassword, { ...facts, ageCounts: false }));
  };

  const resetPrepared = (prepared: PreparedWrite, newPassword: string, options: ResetOptions): Promise<WriteOutcome> =>
    writeTo(prepared, options, async (connection) => {
      const ref = prepared.account;
      const mode = resetMode(settings.historyOnReset, connection.rootDse);
      const readTarget = async () => {
        const { policy, status } = await readFull(connection, ref);
        const facts: WriteFacts = { policy, status, newPassword, ageCounts: mode === 'policy-hints' };
        return { dn: guidDn(ref.id), locked: status.locked !== false, facts };
      };
      const unusable = unusablePassword(newPassword);
      const refused = unusable === null ? null : ({ done: false, ...unusable, server: connection.server } as const);
      if (mode === 'two-step') {
        const target = await readTarget();
        return refused ?? resetInTwoSteps(connection, target, newPassword, options, random);
      }
      if (refused !== null) return refused;
      return resetAtOnce(connection, guidDn(ref.id), newPassword, options, mode, async () => (await readTarget()).facts);
    });

  return {
    id: settings.id,
    kind: 'active-directory',
    label: settings.label,
    abilities: abilitiesOf(settings),
    normaliseIdentifier: normalise,

    async findAccounts(normalised) {
      await learnNetbiosName();
      return base.findAccounts(normalised);
    },
    search: base.search,
    readAccount: base.readAccount,
    readStatus: (ref) => servers.read(async (connection) => (await readFull(connection, ref)).status),
    readPolicy: (ref) => servers.read(async (connection) => (await readFull(connection, ref)).policy),
    readFacts: (ref) =>
      servers.read(async (connection) => {
        const { entry, account } = await fetchAccount(connection, ref);
        return { account, ...(await readAround(connection, entry)) };
      }),
    readFingerprint: (ref, server) =>
      servers.readOn(server, async (connection) => fingerprintOf(await base.fetch(connection, ref, fingerprintAttributes))),
    readGroups,
    async readManager(ref) {
      const manager = (await base.readEntry(ref, ['manager'])).text('manager');
      return manager === null ? null : base.readAccountAt(manager);
    },
    isProtected,

    async verifyPassword(ref, password): Promise<VerifyOutcome> {
      const entry = await base.readEntry(ref, ['msDS-UserPasswordExpiryTimeComputed']);
      if (password === '' || unusablePassword(password) !== null) {
        return { valid: false, reason: 'credentials.wrong', passwordWasRight: false };
      }
      return servers.separate(async (connection) => {
        const result = await connection.bind(entry.dn, password);
        const outcome = bindOutcome(result);
        if (outcome === null) throw unexpectedResult(result, connection.server, 'bind');
        return outcome.valid ? { valid: true, warning: warningOf(entry) } : outcome;
      });
    },

    changePassword: (...change) => missingAsOutcome(() => changePassword(...change)),

    prepareWrite,
    timeLimits: base.timeLimits,
    resetPassword: (target, newPassword, options = {}) => missingAsOutcome(() => resetPrepared(target, newPassword, options)),
    unlock: (target, options = {}) => writeAttribute(target, options, unlock),
    requireChange: (target, options = {}) => writeAttribute(target, options, mustChange),

    health: (options) =>
      base.health(options, {
        rights: () => inspectRights(base, settings, { readSids, isProtected }),
        configured: () => Promise.resolve([]),
      }),
    close: base.close,
  };
}
