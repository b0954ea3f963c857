import { AppError } from '../../../shared/errors.ts';
import { abilitiesOf } from '../../core/configuration/directory-abilities.ts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import { globalCatalogProblem } from '../../core/configuration/global-catalog.ts';
import type {
  Account,
  AccountRef,
  AccountStatus,
  Directory,
  LockOptions,
  PreparedWrite,
  ResetOptions,
  WriteOptions,
  WriteOutcome,
} from '../../core/ports/directory.ts';
import type { VerifyOutcome } from '../../core/ports/verify-outcome.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import { bindNobody } from '../ldap/bind-nobody.ts';
import type { LdapConnection } from '../ldap/connection.ts';
import { contactAttributes } from '../ldap/contacts.ts';
import { createDirectoryBase } from '../ldap/directory-base.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { missingAsOutcome } from '../ldap/missing-as-outcome.ts';
import { fact } from '../ldap/notes.ts';
import { createReadManager } from '../ldap/read-manager.ts';
import { createServerCache } from '../ldap/server-cache.ts';
import { identityOf } from '../ldap/server-identity.ts';
import { fromFiletime } from '../ldap/time.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';
import { unusablePassword } from '../ldap/unusable-password.ts';
import { bindOutcome } from './bind-outcome.ts';
import { changeAsPerson, changeForUnbound } from './change.ts';
import { mayServiceChange } from './change-right.ts';
import { domainDnOf } from './domain.ts';
import { createDomainNames } from './domain-names.ts';
import { readGroupNames } from './groups.ts';
import { guidDn } from './guid.ts';
import { inspectRights } from './inspect-rights.ts';
import { activeDirectoryKind } from './kind.ts';
import { readLocks } from './locks.ts';
import { minimumAgeNote } from './minimum-age-note.ts';
import { type Observation, observationAttributes, observationOf, policyAttributes } from './observation.ts';
import { optionalPasswordNote } from './optional-password-note.ts';
import { readEffectivePolicy } from './policy.ts';
import { createReach } from './reach.ts';
import { resetAtOnce, resetInTwoSteps } from './reset.ts';
import { type ResetMode, resetMode } from './reset-mode.ts';
import { SecurityDescriptorControl } from './security-descriptor-control.ts';
import { mustChange, unlock } from './unicode-password.ts';
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
  const cache = createServerCache(clock);
  const kind = activeDirectoryKind(settings, cache);
  const base = createDirectoryBase(settings, deps, kind);
  const { servers } = base;

  const names = createDomainNames(settings, servers);

  const modeOn = (connection: LdapConnection): ResetMode => resetMode(settings.historyOnReset, connection.rootDse);

  const observed = [...new Set([...observationAttributes, ...contactAttributes(settings)])];

  /**
   * @param accessList asks for the access list of the entry as well
   * @param more attributes to ask for besides
   */
  const observe = async (
    connection: LdapConnection,
    ref: AccountRef,
    accessList = false,
    more: readonly string[] = [],
  ): Promise<Observation> => {
    const attributes = [...observed, ...more];
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
    const seen = await observe(connection, ref, accessList, policyAttributes);
    const { policy, unreadable } = await readEffectivePolicy(connection, seen.entry, domainDnOf(connection), modeOn(connection), cache);
    const applies = seen.entry.text('msDS-ResultantPSO') !== null;
    if (applies && unreadable !== null) {
      log.warn('directory.password-settings-unreadable', { directory: settings.id, settingsObject: unreadable });
    }
    return { seen, policy, status: seen.status(policy, clock.now()) };
  };

  const namesOfGroups = async (connection: LdapConnection, seen: Observation) =>
    readGroupNames(connection, domainDnOf(connection), await seen.groupSids());

  const readGroups: Directory['readGroups'] = (ref) =>
    servers.read(async (connection) => namesOfGroups(connection, await observe(connection, ref)));

  const readAgeNote = async (connection: LdapConnection): Promise<string | null> => {
    const { entries } = await connection.search(domainDnOf(connection), { scope: 'base', attributes: ['minPwdAge'] });
    return minimumAgeNote(modeOn(connection), entries[0]?.text('minPwdAge') ?? null);
  };

  const reach = createReach(settings, deps, { base, names, kind, observe });

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

  /** One server alone is asked by whatever is done there. */
  const looksEverywhere = (options: LockOptions | undefined): boolean => options?.locks === 'everywhere' && settings.servers.length > 1;

  const prepareWrite: Directory['prepareWrite'] = async (ref, options) => {
    const rules = await reach.rules();
    const lockedOn = looksEverywhere(options) ? (await readLocks(base, ref)).lockedOn : null;
    return servers.write(
      async (connection) => {
        const seen = await observe(connection, ref, reach.needsAccessList);
        const account = accountOf(seen, ref);
        return {
          account,
          status: seen.statusForWrite(clock.now()),
          fingerprint: seen.fingerprint(),
          protection: await reach.judge(rules, connection, seen, account),
          server: identityOf(connection),
        };
      },
      lockedOn === null ? {} : { server: lockedOn },
    );
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
    normaliseIdentifier: names.normalise,

    async findAccounts(typed) {
      // Before the name is looked at: it decides which prefixes are ours.
      await names.learn();
      const name = names.normaliseKnown(typed);
      return name === null ? [] : base.findAccounts([name]);
    },
    search: base.search,
    forEachPerson: base.forEachPerson,
    readAccount: base.readAccount,
    readAccounts: base.readAccounts,
    readStatus: (ref) => servers.read(async (connection) => (await readFull(connection, ref)).status),
    readPolicy: (ref) => servers.read(async (connection) => (await readFull(connection, ref)).policy),
    async readFacts(ref, options) {
      const facts = await servers.read(async (connection) => {
        const { seen, policy, status } = await readFull(connection, ref);
        return { account: accountOf(seen, ref), policy, status };
      });
      if (facts.status.locked === true || !looksEverywhere(options)) return facts;
      const { locked } = await readLocks(base, ref);
      return { ...facts, status: { ...facts.status, locked } };
    },
    readFingerprint: (ref, server) => servers.readOn(server, async (connection) => (await observe(connection, ref)).fingerprint()),
    readGroups,
    ...reach.membership,
    readManager: createReadManager(settings, base),
    isProtected: reach.isProtected,
    async readStanding(account) {
      const rules = await reach.rules();
      return servers.read(async (connection) => {
        const { seen, status } = await readFull(connection, account, reach.needsAccessList);
        return { status, protection: await reach.judge(rules, connection, seen, account) };
      });
    },

    async verifyPassword(ref, password): Promise<VerifyOutcome> {
      const entry = await base.readEntry(ref, ['msDS-UserPasswordExpiryTimeComputed']);
      if (unusablePassword(password) !== null) {
        return { valid: false, reason: 'credentials.wrong', passwordWasRight: false };
      }
      return servers.separate(async (connection) => {
        const result = await connection.bind(entry.dn, password);
        const outcome = bindOutcome(result);
        if (outcome === null) throw unexpectedResult(result, connection.server, 'bind');
        return outcome.valid ? { valid: true, warning: warningOf(entry) } : outcome;
      });
    },

    verifyNobody: (password) =>
      bindNobody(servers, settings, (ref) => base.readEntry(ref, ['msDS-UserPasswordExpiryTimeComputed']), password),
    changePassword: (...change) => missingAsOutcome(() => changePassword(...change)),

    prepareWrite,
    timeLimits: base.timeLimits,
    resetPassword: (target, newPassword, options = {}) => missingAsOutcome(() => resetPrepared(target, newPassword, options)),
    unlock: (target, options = {}) => writeAttribute(target, options, unlock),
    requireChange: (target, options = {}) => writeAttribute(target, options, mustChange),

    async health(options) {
      const report = await base.health(options, {
        rights: () => inspectRights(base, settings, reach),
        configured: async () => (await reach.rules()).names,
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
