import { AppError, isAppError } from '../../../shared/errors.ts';
import { abilitiesOf } from '../../core/configuration/directory-abilities.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type { AccountRef, Directory, PasswordRefusal, PreparedWrite, WriteOptions, WriteOutcome } from '../../core/ports/directory.ts';
import type { VerifyOutcome } from '../../core/ports/verify-outcome.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import { bindNobody } from './bind-nobody.ts';
import type { LdapConnection } from './connection.ts';
import { createDirectoryBase } from './directory-base.ts';
import type { LdapEntry } from './entry.ts';
import { createMembership } from './membership.ts';
import { missingAsOutcome } from './missing-as-outcome.ts';
import { readNestedGroups } from './nested-groups.ts';
import { normalisePersonName, withoutPrefix } from './normalise-person-name.ts';
import { changeByExtension, type EntryFacts, type PasswordFacts, type PersonDialect, refusedWrite } from './person-dialect.ts';
import { inspectPeople } from './person-inspection.ts';
import { createPersonKind } from './person-kind.ts';
import { judgeByGroups, judgeByName, protectedForWant, protectionAttributes } from './person-protection.ts';
import { explainBind, explainRefusal, type PolicyAnswer, type Refusal, withPolicyControl } from './policy-answer.ts';
import type { Protection } from './protection.ts';
import { createProtectionLookup } from './protection-lookup.ts';
import { createReadManager } from './read-manager.ts';
import { refuseReadOnly } from './refuse-read-only.ts';
import { groupBaseOf, type ResolvedProtection, resolveProtection } from './resolve-protection.ts';
import { RESULT, succeeded } from './result-codes.ts';
import { identityOf } from './server-identity.ts';
import { spellingsOf } from './spellings.ts';
import { unusablePassword } from './unusable-password.ts';

/** What servers say of a password that is the current one. */
const repeated: ReadonlySet<Refusal> = new Set<Refusal>(['password.in-history', 'password.refused', 'password.old-wrong']);

/** The server has refused already: what cannot be read now does not make that undone. */
function unlessDirectoryTrouble(error: unknown): null {
  if (isAppError(error)) return null;
  throw error;
}

/** Why a change did not even begin. */
function refusalOfBind(outcome: VerifyOutcome): PasswordRefusal {
  if (outcome.valid) return 'password.refused';
  switch (outcome.reason) {
    case 'credentials.locked':
      return 'password.account-locked';
    case 'credentials.disabled':
    case 'credentials.account-expired':
      return 'password.account-disabled';
    case 'credentials.password-expired':
      return 'password.change-not-allowed';
    default:
      return 'password.old-wrong';
  }
}

const wrongPassword: VerifyOutcome = { valid: false, reason: 'credentials.wrong', passwordWasRight: false };

/** A directory of inetOrgPerson accounts; what differs from server to server is in the dialect. */
export function createPersonDirectory(settings: LdapSettings, deps: DirectoryDeps, dialect: PersonDialect): Directory {
  const kind = createPersonKind(settings, dialect);
  const prefixes = settings.kind === 'active-directory' ? [] : settings.domainPrefixes;
  const base = createDirectoryBase(settings, deps, kind);
  const { servers } = base;
  const now = (): number => deps.clock.now();

  const entryFacts = (connection: LdapConnection, entry: LdapEntry): Promise<EntryFacts> =>
    dialect.factsOf?.(connection, entry, now()) ?? dialect.readFacts(connection, entry, now());

  const readFingerprint: Directory['readFingerprint'] = (ref, server) =>
    servers.readOn(server, async (connection) => {
      const entry = await base.fetch(connection, ref, dialect.statusAttributes);
      return (await entryFacts(connection, entry)).fingerprint;
    });

  const judged = [...new Set([...protectionAttributes, ...settings.identifiers])];
  const everything = [...new Set([...kind.accountAttributes, ...dialect.statusAttributes, ...judged])];

  /** Account and entry of a reference; an entry that is no account is not there. */
  const fetchAccount = async (connection: LdapConnection, ref: AccountRef) => {
    const entry = await base.fetch(connection, ref, everything);
    const account = kind.toAccount(entry);
    if (account === null) throw new AppError('directory.account-missing', { directory: settings.id, id: ref.id });
    return { entry, account };
  };

  const prepareWrite: Directory['prepareWrite'] = async (ref) => {
    const rules = await protection.get();
    return servers.write(async (connection) => {
      const { entry, account } = await fetchAccount(connection, ref);
      const { status, fingerprint } = await entryFacts(connection, entry);
      return {
        account,
        status,
        fingerprint,
        protection: await protectionOf(rules, connection, entry),
        server: identityOf(connection),
      };
    });
  };

  const readFacts = (ref: AccountRef): Promise<PasswordFacts> =>
    servers.read(async (connection) => dialect.readFacts(connection, await base.fetch(connection, ref, dialect.statusAttributes), now()));

  /**
   * The entry of a prepared write as it is at this moment. A write names it by its DN, which may be another entry's by then: so it is asked
   * for by both, and one round trip is all that a change of names can slip through.
   * @throws AppError `directory.account-missing`, and `directory.entry-moved` for one that has another DN: whether that place is out of
   * reach is judged when the write is prepared anew
   */
  const fetchToWrite = async (connection: LdapConnection, { account }: PreparedWrite, attributes: readonly string[]) => {
    try {
      return await base.fetchByName(connection, account, account.location, { attributes });
    } catch (error) {
      if (!isAppError(error, 'directory.account-missing')) throw error;
      await base.fetch(connection, account, ['1.1']);
      throw new AppError('directory.entry-moved', { directory: settings.id, id: account.id }, { cause: error });
    }
  };

  const write = <T>(
    target: PreparedWrite,
    { notAfter }: WriteOptions,
    work: (connection: LdapConnection, entry: LdapEntry) => Promise<T>,
    attributes = dialect.statusAttributes,
  ): Promise<T | WriteOutcome> =>
    missingAsOutcome(() =>
      servers.write(async (connection) => work(connection, await fetchToWrite(connection, target, attributes)), {
        server: target.server,
        ...(notAfter === undefined ? {} : { notAfter }),
      }),
    );

  /** Refusals that the server gave no exact reason for are looked at again in the light of policy and state. */
  const refined = async (ref: AccountRef, refusal: Refusal, answer: PolicyAnswer, newPassword: string): Promise<WriteOutcome> => {
    const plain = refusedWrite(refusal, answer);
    if (refusal === 'account.missing' || refusal === 'account.no-right') return plain;
    dialect.forgetPolicies?.();
    const facts = await readFacts(ref).catch(unlessDirectoryTrouble);
    if (facts === null) return plain;
    const better = dialect.refine?.(refusal, answer, newPassword, facts) ?? refusal;
    const { changeableAt } = facts.status;
    const when = better === 'password.too-young' && changeableAt !== null ? { changeableAt } : {};
    return { done: false, refusal: better, detail: answer.result.message, server: answer.server, ...when };
  };

  const bindAs = (connection: LdapConnection, dn: string, password: string): Promise<PolicyAnswer> =>
    withPolicyControl(connection, (controls) => connection.bind(dn, password, controls));

  const readState = (ref: AccountRef) => async () => (await readFacts(ref)).status;

  const changeExisting: Directory['changePassword'] = async (ref, oldPassword, newPassword) => {
    const entry = await base.readEntry(ref, ['1.1']);
    if (unusablePassword(oldPassword) !== null) return { done: false, refusal: 'password.old-wrong', detail: 'unusable', server: '' };
    const unusable = unusablePassword(newPassword);
    if (unusable !== null) return { done: false, ...unusable, server: '' };
    const { bound, changed } = await servers.separate(async (connection) => {
      const answer = await bindAs(connection, entry.dn, oldPassword);
      if (!succeeded(answer.result)) return { bound: answer, changed: null };
      return { bound: answer, changed: await (dialect.change ?? changeByExtension)(connection, entry.dn, oldPassword, newPassword) };
    });
    if (changed === null) return refusedWrite(refusalOfBind(await explainBind(bound, readState(ref), dialect.bindRefusals)), bound);
    if (succeeded(changed.result)) return { done: true, server: changed.server };
    const refusal = explainRefusal(changed, 'person', 'change-password');
    // The bind has just proven the old password, so a refusal of the same one again cannot mean that it was wrong.
    if (oldPassword === newPassword && repeated.has(refusal)) return refusedWrite('password.same-as-current', changed);
    return refined(ref, refusal, changed, newPassword);
  };

  const readGroups: Directory['readGroups'] = (ref) =>
    servers.read(async (connection) => {
      const person = await base.fetch(connection, ref, judged);
      return (await readNestedGroups(connection, groupBaseOf(connection, settings), person)).map(({ id, name }) => ({ id, name }));
    });

  const membership = createMembership<LdapSettings, ResolvedProtection>({
    clock: deps.clock,
    settings,
    resolve: (named, settingOf) =>
      servers.read((connection) => resolveProtection(connection, { settings: named, readingFix: dialect.readingFix, settingOf })),
    isAt: (found, { location }) => judgeByName({ ...found, serviceAccount: [] }, { dn: location, logins: [] }).protected,
    isIn: (found, account) =>
      servers.read(async (connection) => (await judgeByGroups(connection, found, await base.fetch(connection, account, judged))).protected),
  });

  const protection = createProtectionLookup(settings, deps, servers, dialect.readingFix);
  /**
   * @param rules looked up before a connection is taken, because the look-up takes one
   * @param entry read with `judged`
   */
  const protectionOf = async (rules: ResolvedProtection, connection: LdapConnection, entry: LdapEntry): Promise<Protection> => {
    const byName = protectedForWant(rules) ?? judgeByName(rules, { dn: entry.dn, logins: judged.flatMap((name) => entry.texts(name)) });
    return byName.protected || rules.groups.length === 0 ? byName : judgeByGroups(connection, rules, entry);
  };

  const isProtected: Directory['isProtected'] = async (account) => {
    const rules = await protection.get();
    const byName = protectedForWant(rules) ?? judgeByName(rules, { dn: account.location, logins: [account.login] });
    if (byName.protected || (rules.groups.length === 0 && rules.logins.length === 0)) return byName;
    return servers.read(async (connection) => protectionOf(rules, connection, await base.fetch(connection, account, judged)));
  };

  const readStanding: Directory['readStanding'] = async (account) => {
    const rules = await protection.get();
    return servers.read(async (connection) => {
      const entry = await base.fetch(connection, account, everything);
      const { status } = await dialect.readFacts(connection, entry, now());
      // As it was found and as it is now: either may name somebody who is out of reach.
      const found = judgeByName(rules, { dn: account.location, logins: [account.login] });
      return { status, protection: found.protected ? found : await protectionOf(rules, connection, entry) };
    });
  };

  return {
    id: settings.id,
    kind: settings.kind,
    label: settings.label,
    abilities: abilitiesOf(settings),
    normaliseIdentifier: (typed) => normalisePersonName(typed, prefixes),
    async findAccounts(typed) {
      const folded = normalisePersonName(typed, prefixes);
      return folded === null ? [] : base.findAccounts(spellingsOf(folded, withoutPrefix(typed, prefixes)));
    },
    search: base.search,
    forEachPerson: base.forEachPerson,
    readAccount: base.readAccount,
    readAccounts: base.readAccounts,
    readStatus: async (ref) => (await readFacts(ref)).status,
    readPolicy: async (ref) => (await readFacts(ref)).policy,
    readFacts: (ref) =>
      servers.read(async (connection) => {
        const { entry, account } = await fetchAccount(connection, ref);
        const { status, policy } = await dialect.readFacts(connection, entry, now());
        return { account, status, policy };
      }),
    readFingerprint,
    readGroups,
    ...membership,
    readManager: createReadManager(settings, base),
    isProtected,
    async verifyPassword(ref, password) {
      const entry = await base.readEntry(ref, ['1.1']);
      if (unusablePassword(password) !== null) return wrongPassword;
      const answer = await servers.separate((connection) => bindAs(connection, entry.dn, password));
      const outcome = await explainBind(answer, readState(ref), dialect.bindRefusals);
      const isExpired = !outcome.valid && outcome.reason === 'credentials.password-expired';
      return isExpired && dialect.expiredProves === false ? { ...outcome, passwordWasRight: false } : outcome;
    },
    verifyNobody: (password) => bindNobody(servers, settings, (ref) => base.readEntry(ref, ['1.1']), password),
    changePassword: (...change) => missingAsOutcome(() => changeExisting(...change)),
    readStanding,
    prepareWrite,
    timeLimits: base.timeLimits,
    async resetPassword(target, newPassword, options = {}) {
      // A server that gets no password invents one (RFC 3062 section 2).
      const unusable = unusablePassword(newPassword);
      if (unusable !== null) return { done: false, ...unusable, server: '' };
      const reset = async (connection: LdapConnection, entry: LdapEntry) => {
        const told = await dialect.reset(connection, entry, newPassword, options);
        // The extended operation of 389 DS says the same of a database that is read-only and of a missing right.
        if ('result' in told && told.result.code === RESULT.insufficientAccessRights) await refuseReadOnly(connection, entry.dn);
        return told;
      };
      const answer = await write(target, options, reset, [...dialect.statusAttributes, ...(dialect.readToReset ?? [])]);
      if (!('result' in answer)) return answer;
      if (succeeded(answer.result)) return { done: true, server: answer.server };
      return refined(target.account, explainRefusal(answer, 'service', 'reset-password'), answer, newPassword);
    },
    unlock: (target, options = {}) => write(target, options, dialect.unlock),
    requireChange: (target, options = {}) => write(target, options, dialect.requireChange),
    health: (options) => inspectPeople({ settings, base, kind, dialect, protection, isProtected, now }, options),
    close: base.close,
  };
}
