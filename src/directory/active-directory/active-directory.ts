import { AppError } from '../../../shared/errors.ts';
import { abilitiesOf } from '../../core/configuration/directory-abilities.ts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import { globalCatalogProblem } from '../../core/configuration/global-catalog.ts';
import type {
  Account,
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
import { readGroupNames } from './groups.ts';
import { guidDn } from './guid.ts';
import { inspectRights } from './inspect-rights.ts';
import { activeDirectoryKind } from './kind.ts';
import { normaliseIdentifier } from './normalise-identifier.ts';
import { type Observation, observationAttributes, observationOf } from './observation.ts';
import { readEffectivePolicy } from './policy.ts';
import { builtinProtection } from './protected.ts';
import { resetAtOnce, resetInTwoSteps } from './reset.ts';
import { type ResetMode, resetMode } from './reset-mode.ts';
import { mustChange, unlock } from './unicode-password.ts';
import { unusablePassword } from './unusable-password.ts';
import { attributeOutcome, type WriteFacts } from './write-outcome.ts';

/** Milliseconds before its end from which on a password "expires soon". */
const expiresSoon = 14 * 86_400_000;

/**
 * Active Directory, by Windows or Samba, over LDAP with TLS. Accounts are named by objectGUID.
 * @throws AppError `configuration.invalid` for a people filter that is none, and for the port of the global catalogue
 */
export function createActiveDirectory(settings: DirectorySettingsOf<'active-directory'>, deps: DirectoryDeps): Directory {
  refuseGlobalCatalog(settings);
  const { clock, random, log } = deps;
  const base = createDirectoryBase(settings, deps, activeDirectoryKind(settings));
  const { servers } = base;
  const dns = dnsDomainOf(settings.baseDn);
  let netbios: string | null = settings.netbiosDomain ?? null;

  const normalise = (typed: string): string | null => normaliseIdentifier(typed, { dns, netbios });

  const learnNetbiosName = async (): Promise<void> => {
    if (netbios === null) netbios = await servers.read(readNetbiosName);
  };

  const modeOn = (connection: LdapConnection): ResetMode => resetMode(settings.historyOnReset, connection.rootDse);

  const observe = async (connection: LdapConnection, ref: AccountRef): Promise<Observation> => {
    const entry = await base.fetchByName(connection, ref, guidDn(ref.id), { attributes: observationAttributes });
    return observationOf(connection, entry, settings.id, modeOn(connection));
  };

  const accountOf = ({ account }: Observation, ref: AccountRef): Account => {
    if (account === null) throw new AppError('directory.account-missing', { directory: settings.id, id: ref.id });
    return account;
  };

  /** An account with its policy and state, read on the connection that goes on to work with it. */
  const readFull = async (connection: LdapConnection, ref: AccountRef) => {
    const seen = await observe(connection, ref);
    const { policy, unreadable } = await readEffectivePolicy(connection, seen.entry, domainDnOf(connection), modeOn(connection));
    if (unreadable !== null) log.warn('directory.password-settings-unreadable', { directory: settings.id, settingsObject: unreadable });
    return { seen, policy, status: seen.status(policy, clock.now()) };
  };

  const sidsOf = async (seen: Observation): Promise<Buffer[]> => [
    ...(seen.ownSid === null ? [] : [seen.ownSid]),
    ...(await seen.groupSids()),
  ];

  const readSids = (ref: AccountRef): Promise<Buffer[]> => servers.read(async (connection) => sidsOf(await observe(connection, ref)));

  const namesOfGroups = async (connection: LdapConnection, seen: Observation) =>
    readGroupNames(connection, domainDnOf(connection), await seen.groupSids());

  const readGroups: Directory['readGroups'] = (ref) =>
    servers.read(async (connection) => namesOfGroups(connection, await observe(connection, ref)));

  const isServiceAccount = (account: Account): boolean => {
    const { name } = settings.serviceAccount;
    if (name.includes('=')) return canonicalDn(name) === canonicalDn(account.location);
    const wanted = normalise(name);
    return wanted !== null && [account.login, account.principalName].some((own) => own !== null && normalise(own) === wanted);
  };

  const protectionOf = async (connection: LdapConnection, seen: Observation, account: Account): Promise<Protection> => {
    // Whoever could reset it would hold its rights.
    if (isServiceAccount(account)) return protectedBecause('service account of Keyturn');
    const configured = await configuredProtection(settings.protected, account, normalise, () => namesOfGroups(connection, seen));
    if (configured.protected || !settings.protected.privileged) return configured;
    return builtinProtection(account, account.privileged ? [] : await sidsOf(seen));
  };

  const isProtected = (account: Account): Promise<Protection> =>
    servers.read(async (connection) => protectionOf(connection, await observe(connection, account), account));

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

  const prepareWrite: Directory['prepareWrite'] = (ref) =>
    servers.write(async (connection) => {
      const seen = await observe(connection, ref);
      const account = accountOf(seen, ref);
      return {
        account,
        status: seen.status({ minimumAge: 0, lockoutDuration: null }, clock.now()),
        fingerprint: seen.fingerprint(),
        protection: await protectionOf(connection, seen, account),
        server: identityOf(connection),
        handle: '',
      };
    });

  const warningOf = (entry: LdapEntry): 'none' | 'expires-soon' => {
    const endsAt = fromFiletime(entry.text('msDS-UserPasswordExpiryTimeComputed'));
    return endsAt !== null && endsAt - clock.now() < expiresSoon ? 'expires-soon' : 'none';
  };

  const changePassword: Directory['changePassword'] = async (ref, oldPassword, newPassword) => {
    const { seen, policy, status, server } = await servers.read(async (connection) => ({
      ...(await readFull(connection, ref)),
      server: connection.server,
    }));
    if (oldPassword === '') return { done: false, refusal: 'password.old-wrong', detail: 'empty', server };
    const unusable = unusablePassword(newPassword);
    if (unusable !== null) return { done: false, ...unusable, server };
    const facts: WriteFacts = { policy, status, newPassword, ageCounts: true };
    const person = { bindName: seen.entry.dn, dn: guidDn(ref.id) };
    const outcome = await servers.separate((connection) => changeAsPerson(connection, person, oldPassword, newPassword, facts));
    if (outcome !== null) return outcome;
    return servers.write((connection) => changeForUnbound(connection, person.dn, oldPassword, newPassword, { ...facts, ageCounts: false }));
  };

  const resetPrepared = (prepared: PreparedWrite, newPassword: string, options: ResetOptions): Promise<WriteOutcome> =>
    writeTo(prepared, options, async (connection) => {
      const ref = prepared.account;
      const mode = modeOn(connection);
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

    async findAccounts(typed) {
      // Before the name is looked at: it decides which prefixes are ours.
      await learnNetbiosName();
      const normalised = normalise(typed);
      return normalised === null ? [] : base.findAccounts([normalised]);
    },
    search: base.search,
    readAccount: base.readAccount,
    readStatus: (ref) => servers.read(async (connection) => (await readFull(connection, ref)).status),
    readPolicy: (ref) => servers.read(async (connection) => (await readFull(connection, ref)).policy),
    readFacts: (ref) =>
      servers.read(async (connection) => {
        const { seen, policy, status } = await readFull(connection, ref);
        return { account: accountOf(seen, ref), policy, status };
      }),
    readFingerprint: (ref, server) => servers.readOn(server, async (connection) => (await observe(connection, ref)).fingerprint()),
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

function refuseGlobalCatalog(settings: DirectorySettingsOf<'active-directory'>): void {
  for (const { url } of settings.servers) {
    const problem = globalCatalogProblem(url);
    if (problem !== null) throw new AppError('configuration.invalid', { directory: settings.id, setting: 'servers', server: url, problem });
  }
}
