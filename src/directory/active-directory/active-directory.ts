import { AppError } from '../../../shared/errors.ts';
import { abilitiesOf } from '../../core/configuration/directory-abilities.ts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import { globalCatalogProblem } from '../../core/configuration/global-catalog.ts';
import type {
  Account,
  AccountRef,
  AccountStatus,
  Directory,
  PreparedWrite,
  ResetOptions,
  VerifyOutcome,
  WriteOptions,
  WriteOutcome,
} from '../../core/ports/directory.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import { createCachedLookup } from '../ldap/cached-lookup.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import { contactAttributes } from '../ldap/contacts.ts';
import { createDirectoryBase } from '../ldap/directory-base.ts';
import { canonicalDn, dnsDomainOf } from '../ldap/dn.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { createMembership } from '../ldap/membership.ts';
import { missingAsOutcome } from '../ldap/missing-as-outcome.ts';
import { fact } from '../ldap/notes.ts';
import { type Protection, protectedBecause, unprotected } from '../ldap/protection.ts';
import { createServerCache } from '../ldap/server-cache.ts';
import { identityOf } from '../ldap/server-identity.ts';
import { fromFiletime } from '../ldap/time.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';
import { bindOutcome } from './bind-outcome.ts';
import { changeAsPerson, changeForUnbound } from './change.ts';
import { callerSids, mayPersonChange, mayServiceChange } from './change-right.ts';
import { type Configured, type Identifiers, judgeConfigured, resolveConfigured } from './configured.ts';
import { domainDnOf, readNetbiosName } from './domain.ts';
import { readGroupNames } from './groups.ts';
import { guidDn } from './guid.ts';
import { inspectRights } from './inspect-rights.ts';
import { activeDirectoryKind } from './kind.ts';
import { minimumAgeNote } from './minimum-age-note.ts';
import { normaliseIdentifier, withAnyPrefix } from './normalise-identifier.ts';
import { type Observation, observationAttributes, observationOf } from './observation.ts';
import { optionalPasswordNote } from './optional-password-note.ts';
import { readEffectivePolicy } from './policy.ts';
import { builtinProtection } from './protected.ts';
import { resetAtOnce, resetInTwoSteps } from './reset.ts';
import { type ResetMode, resetMode } from './reset-mode.ts';
import { SecurityDescriptorControl } from './security-descriptor-control.ts';
import { sidToText } from './sid.ts';
import { mustChange, unlock } from './unicode-password.ts';
import { unusablePassword } from './unusable-password.ts';
import { attributeOutcome, type WriteFacts } from './write-outcome.ts';

/** Milliseconds before its end from which on a password "expires soon". */
const expiresSoon = 14 * 86_400_000;

/** Milliseconds for which what the configuration names is taken to be what it was; short while something is missing. */
const keepConfigured = ({ names }: Configured): number => (names.every(({ ok }) => ok) ? 60_000 : 10_000);

/**
 * Active Directory, by Windows or Samba, over LDAP with TLS. Accounts are named by objectGUID.
 * @throws AppError `configuration.invalid` for a people filter that is none, and for the port of the global catalogue
 */
export function createActiveDirectory(settings: DirectorySettingsOf<'active-directory'>, deps: DirectoryDeps): Directory {
  refuseGlobalCatalog(settings);
  const { clock, random, log } = deps;
  const kind = activeDirectoryKind(settings);
  const base = createDirectoryBase(settings, deps, kind);
  const { servers } = base;
  const refusesFixed = settings.fixedPasswords === 'refuse';
  const dns = dnsDomainOf(settings.baseDn);
  const cache = createServerCache(clock);
  let netbios: string | null = settings.netbiosDomain ?? null;

  const normalise = (typed: string): string | null => normaliseIdentifier(typed, { dns, netbios });

  const learnNetbiosName = async (): Promise<void> => {
    if (netbios === null) netbios = await servers.read(readNetbiosName);
  };

  /** The same once the name of the domain was asked for; where it is hidden, every prefix counts as ours. */
  const normaliseKnown = (typed: string): string | null => {
    const name = normalise(typed);
    return name === null || netbios !== null ? name : withAnyPrefix(name);
  };

  const modeOn = (connection: LdapConnection): ResetMode => resetMode(settings.historyOnReset, connection.rootDse);

  /** @param accessList asks for the access list of the entry as well */
  const observe = async (connection: LdapConnection, ref: AccountRef, accessList = false): Promise<Observation> => {
    const attributes = [...new Set([...observationAttributes, ...contactAttributes(settings)])];
    const wanted = accessList
      ? { attributes: [...attributes, 'nTSecurityDescriptor'], controls: [new SecurityDescriptorControl()] }
      : { attributes };
    const entry = await base.fetchByName(connection, ref, guidDn(ref.id), wanted);
    return observationOf(connection, entry, settings, modeOn(connection));
  };

  const accountOf = ({ account }: Observation, ref: AccountRef): Account => {
    if (account === null) throw new AppError('directory.account-missing', { directory: settings.id, id: ref.id });
    return account;
  };

  /** An account with its policy and state, read on the connection that goes on to work with it. */
  const readFull = async (connection: LdapConnection, ref: AccountRef, accessList = false) => {
    const seen = await observe(connection, ref, accessList);
    const { policy, unreadable } = await readEffectivePolicy(connection, seen.entry, domainDnOf(connection), modeOn(connection), cache);
    const applies = seen.entry.text('msDS-ResultantPSO') !== null;
    if (applies && unreadable !== null) {
      log.warn('directory.password-settings-unreadable', { directory: settings.id, settingsObject: unreadable });
    }
    return { seen, policy, status: seen.status(policy, clock.now()) };
  };

  /** Its own, which tells built-in accounts, and those of its groups; a hidden one is not "none". */
  const sidsOf = async (seen: Observation): Promise<Buffer[]> => {
    if (seen.ownSid !== null) return [seen.ownSid, ...(await seen.groupSids())];
    const problem = `objectSid of ${seen.entry.dn} may not be read`;
    throw new AppError('directory.no-right', {
      operation: 'search',
      problem,
      fix: 'Let the service account read objectSid of the people.',
    });
  };

  const readSids = (ref: AccountRef): Promise<Buffer[]> => servers.read(async (connection) => sidsOf(await observe(connection, ref)));

  const namesOfGroups = async (connection: LdapConnection, seen: Observation) =>
    readGroupNames(connection, domainDnOf(connection), await seen.groupSids());

  const readGroups: Directory['readGroups'] = (ref) =>
    servers.read(async (connection) => namesOfGroups(connection, await observe(connection, ref)));

  const isServiceAccount = (account: Account): boolean => {
    const { name } = settings.serviceAccount;
    if (name.includes('=')) return canonicalDn(name) === canonicalDn(account.location);
    const wanted = normaliseKnown(name);
    return wanted !== null && [account.login, account.principalName].some((own) => own !== null && normaliseKnown(own) === wanted);
  };

  const readAgeNote = async (connection: LdapConnection): Promise<string | null> => {
    const { entries } = await connection.search(domainDnOf(connection), { scope: 'base', attributes: ['minPwdAge'] });
    return minimumAgeNote(modeOn(connection), entries[0]?.text('minPwdAge') ?? null);
  };

  const identifiers: Identifiers = { normalise: normaliseKnown, filter: kind.identifierFilter };
  const configured = createCachedLookup(clock, { keep: keepConfigured }, async () => {
    await learnNetbiosName();
    return servers.read((connection) => resolveConfigured(connection, settings, identifiers));
  });

  const readMembership = createMembership<DirectorySettingsOf<'active-directory'>, Configured>({
    clock,
    settings,
    resolve: (named) => servers.read((connection) => resolveConfigured(connection, named, identifiers)),
    isAt: (found, account) => judgeConfigured(found, account, [], normaliseKnown).protected,
    isIn: async (found, account) => judgeConfigured(found, account, await readSids(account), normaliseKnown).protected,
  });

  /**
   * @param rules looked up before a connection is taken, because the look-up takes one
   * @param seen read with the access list where `fixedPasswords` asks for it
   */
  const protectionOf = async (rules: Configured, connection: LdapConnection, seen: Observation, account: Account): Promise<Protection> => {
    const [self] = await callerSids(connection);
    // Whoever could reset it would hold its rights.
    const isSelf = self !== undefined && seen.ownSid !== null && sidToText(seen.ownSid) === self;
    if (isSelf || isServiceAccount(account)) return protectedBecause('service account of Keyturn');
    const sids = await sidsOf(seen);
    const named = judgeConfigured(rules, account, sids, normaliseKnown);
    if (named.protected) return named;
    if (refusesFixed && !mayPersonChange(seen.entry, sids, connection.server)) return protectedBecause('may not change its password');
    return settings.protected.privileged ? builtinProtection(account, sids, seen.flags()) : unprotected;
  };

  const isProtected = async (account: Account): Promise<Protection> => {
    const rules = await configured.get();
    return servers.read(async (connection) => protectionOf(rules, connection, await observe(connection, account, refusesFixed), account));
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

  const prepareWrite: Directory['prepareWrite'] = async (ref) => {
    const rules = await configured.get();
    return servers.write(async (connection) => {
      const seen = await observe(connection, ref, refusesFixed);
      const account = accountOf(seen, ref);
      return {
        account,
        status: seen.status({ minimumAge: 0, lockoutDuration: null }, clock.now()),
        fingerprint: seen.fingerprint(),
        protection: await protectionOf(rules, connection, seen, account),
        server: identityOf(connection),
        handle: '',
      };
    });
  };

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
    const facts: WriteFacts = { policy, status, newPassword };
    const person = { bindName: seen.entry.dn, dn: guidDn(ref.id) };
    const outcome =
      (await servers.separate((connection) => changeAsPerson(connection, person, oldPassword, newPassword, facts))) ??
      (await servers.write((connection) => changeForUnbound(connection, person.dn, oldPassword, newPassword, facts)));
    return withPoliciesForgotten(outcome);
  };

  /** The server may have judged by a policy that is not the one that was read: it is read again for the next one. */
  const withPoliciesForgotten = (outcome: WriteOutcome): WriteOutcome => {
    if (!outcome.done) cache.forget();
    return outcome;
  };

  const resetPrepared = (prepared: PreparedWrite, newPassword: string, options: ResetOptions): Promise<WriteOutcome> =>
    writeTo(prepared, options, async (connection) => {
      const ref = prepared.account;
      const mode = modeOn(connection);
      const factsOf = ({ policy, status }: Pick<WriteFacts, 'policy'> & { status: AccountStatus }): WriteFacts => ({
        policy,
        status,
        newPassword,
      });
      const unusable = unusablePassword(newPassword);
      const refused = unusable === null ? null : ({ done: false, ...unusable, server: connection.server } as const);
      if (mode === 'two-step') {
        const full = await readFull(connection, ref, true);
        const mayChange = await mayServiceChange(connection, full.seen.entry);
        const target = { dn: guidDn(ref.id), locked: full.status.locked !== false, mayChange, facts: factsOf(full) };
        return refused ?? withPoliciesForgotten(await resetInTwoSteps(connection, target, newPassword, options, random));
      }
      if (refused !== null) return refused;
      return resetAtOnce(connection, guidDn(ref.id), newPassword, options, mode, async () => {
        cache.forget();
        return factsOf(await readFull(connection, ref));
      });
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
      const name = normaliseKnown(typed);
      return name === null ? [] : base.findAccounts([name]);
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
    readMembership,
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

    async health(options) {
      const report = await base.health(options, {
        rights: () => inspectRights(base, settings, { readSids, isProtected }),
        configured: async () => (await configured.get()).names,
      });
      const asked = options?.rights === true && report.serviceAccount.ok;
      if (!asked) return report;
      const notes = await servers.read(async (connection) => [await readAgeNote(connection), await optionalPasswordNote(base, connection)]);
      return { ...report, notes: [...report.notes, ...notes.filter((note) => note !== null).map(fact)] };
    },
    close: base.close,
  };
}

function refuseGlobalCatalog(settings: DirectorySettingsOf<'active-directory'>): void {
  for (const { url } of settings.servers) {
    const problem = globalCatalogProblem(url);
    if (problem !== null) throw new AppError('configuration.invalid', { directory: settings.id, setting: 'servers', server: url, problem });
  }
}
