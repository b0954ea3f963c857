import { AppError, isAppError } from '../../../shared/errors.ts';
import { abilitiesOf } from '../../core/configuration/directory-abilities.ts';
import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import type {
  AccountFingerprint,
  AccountRef,
  AccountStatus,
  Directory,
  DirectoryNote,
  PasswordPolicy,
  PasswordRefusal,
  PreparedWrite,
  ResetOptions,
  VerifyOutcome,
  WriteOptions,
  WriteOutcome,
} from '../../core/ports/directory.ts';
import type { DirectoryDeps } from '../directory-deps.ts';
import type { LdapConnection } from './connection.ts';
import { createDirectoryBase } from './directory-base.ts';
import { sameDn } from './dn.ts';
import type { LdapEntry } from './entry.ts';
import { groupFilter } from './group-entry.ts';
import type { ReadingFix } from './inspected-rights.ts';
import { incompletePeople, nobodyFound, type RightsReport, unknownRights } from './inspected-rights.ts';
import { createMembership } from './membership.ts';
import { missingAsOutcome } from './missing-as-outcome.ts';
import { readNestedGroups } from './nested-groups.ts';
import { normalisePersonName, withoutPrefix } from './normalise-person-name.ts';
import { passwordModifyValue } from './password-modify.ts';
import { minimumAges, passwordPlaces, passwordsElsewhere } from './people-notes.ts';
import { createPersonKind, type PersonKindOptions } from './person-kind.ts';
import { judgeByGroups, judgeByName, protectedForWant, protectionAttributes } from './person-protection.ts';
import { type BindRefusal, explainBind, explainRefusal, type PolicyAnswer, type Refusal, withPolicyControl } from './policy-answer.ts';
import { createProtectionLookup } from './protection-lookup.ts';
import { groupBaseOf, type ResolvedProtection, resolveProtection } from './resolve-protection.ts';
import { succeeded } from './result-codes.ts';
import { OID } from './root-dse.ts';
import { limitNotes } from './search-all.ts';
import { identityOf } from './server-identity.ts';
import { spellingsOf } from './spellings.ts';
import { fromHandle, toHandle } from './write-handle.ts';

/** All that can be read about the password of one account. */
export interface PasswordFacts {
  readonly policy: PasswordPolicy;
  readonly status: AccountStatus;
  readonly fingerprint: AccountFingerprint;
}

/** What an entry tells about itself without the policy. */
export type EntryFacts = Pick<PreparedWrite, 'status' | 'fingerprint'>;

/** What one kind of server does in its own way. Connections are those of the service account unless said otherwise. */
export interface PersonDialect extends PersonKindOptions {
  /** Operational attributes that `readFacts` and the writes want on the entry. */
  readonly statusAttributes: readonly string[];
  readFacts(connection: LdapConnection, entry: LdapEntry, now: number): Promise<PasswordFacts>;
  /** What a write has to know, where the entry tells it; null: only `readFacts` can. It is read before every write, so it should be cheap. */
  factsOf?(connection: LdapConnection, entry: LdapEntry, now: number): Promise<EntryFacts> | null;
  /** The server has judged by a policy that is not the one that was read: it is read again. */
  forgetPolicies?(): void;
  /** Returns the server's answer, or an outcome of its own where the server was not asked. */
  reset(connection: LdapConnection, entry: LdapEntry, newPassword: string, options: ResetOptions): Promise<PolicyAnswer | WriteOutcome>;
  /** On a connection that is bound as the person. */
  change?(connection: LdapConnection, dn: string, oldPassword: string, newPassword: string): Promise<PolicyAnswer>;
  unlock(connection: LdapConnection, entry: LdapEntry): Promise<WriteOutcome>;
  requireChange(connection: LdapConnection, entry: LdapEntry): Promise<WriteOutcome>;
  /**
   * What the service account may do with these people, whom nothing protects; there is at least one. Read with `statusAttributes`.
   * Sends nothing that could change an entry, whatever the rights are.
   */
  inspectRights(connection: LdapConnection, people: readonly LdapEntry[]): Promise<RightsReport>;
  /** How the service account is let read people, for the operator. */
  readonly readingFix: ReadingFix;
  /** How this kind of server refuses the bind of a person, beside "invalid credentials". */
  readonly bindRefusals?: readonly BindRefusal[];
  /** Says more about a refusal than the server did. */
  refine?(refusal: Refusal, answer: PolicyAnswer, newPassword: string, facts: PasswordFacts): Refusal;
}

/** A refusal as the port tells it. */
export function refusedWrite(refusal: Refusal, answer: Pick<PolicyAnswer, 'result' | 'server'>): WriteOutcome {
  return { done: false, refusal, detail: answer.result.message, server: answer.server };
}

/** PasswdModify (RFC 3062) as the person, who proves the old password once more. */
export function changeByExtension(connection: LdapConnection, dn: string, oldPassword: string, newPassword: string): Promise<PolicyAnswer> {
  const value = passwordModifyValue({ userIdentity: dn, oldPassword, newPassword });
  return withPolicyControl(connection, (controls) => connection.extended(OID.passwordModify, value, controls));
}

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

/** People looked at when rights are inspected. */
const sampleSize = 10;
/** Milliseconds after which nobody further is looked at. */
const sampleTime = 15_000;

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

  const everything = [...new Set([...kind.accountAttributes, ...dialect.statusAttributes])];

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
      const { status, fingerprint } = await entryFacts(connection, entry);
      return { account, status, fingerprint, server: identityOf(connection), handle: toHandle(entry, dialect.statusAttributes) };
    });
    return { ...read, protection: await isProtected(read.account) };
  };

  const readFacts = (ref: AccountRef): Promise<PasswordFacts> =>
    servers.read(async (connection) => dialect.readFacts(connection, await base.fetch(connection, ref, dialect.statusAttributes), now()));

  const write = <T>(
    { server, handle }: PreparedWrite,
    { notAfter }: WriteOptions,
    work: (connection: LdapConnection, entry: LdapEntry) => Promise<T>,
  ): Promise<T> => {
    const entry = fromHandle(handle);
    return servers.write((connection) => work(connection, entry), { server, ...(notAfter === undefined ? {} : { notAfter }) });
  };

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
    if (oldPassword === '') return { done: false, refusal: 'password.old-wrong', detail: 'empty', server: '' };
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

  const judged = [...new Set([...protectionAttributes, ...settings.identifiers])];
  const readGroups: Directory['readGroups'] = (ref) =>
    servers.read(async (connection) => {
      const person = await base.fetch(connection, ref, judged);
      return (await readNestedGroups(connection, groupBaseOf(connection, settings), person)).map(({ id, name }) => ({ id, name }));
    });

  const readMembership = createMembership<LdapSettings, ResolvedProtection>({
    clock: deps.clock,
    settings,
    resolve: (named) => servers.read((connection) => resolveProtection(connection, { settings: named, readingFix: dialect.readingFix })),
    isAt: (found, { location }) => judgeByName({ ...found, serviceAccount: [] }, { dn: location, logins: [] }).protected,
    isIn: (found, account) =>
      servers.read(async (connection) => (await judgeByGroups(connection, found, await base.fetch(connection, account, judged))).protected),
  });

  const protection = createProtectionLookup(settings, deps, servers, dialect.readingFix);
  const isProtected: Directory['isProtected'] = async (account) => {
    const rules = await protection.get();
    const byName = protectedForWant(rules) ?? judgeByName(rules, { dn: account.location, logins: [account.login] });
    if (byName.protected || (rules.groups.length === 0 && rules.logins.length === 0)) return byName;
    return servers.read(async (connection) => {
      const person = await base.fetch(connection, account, judged);
      const now = judgeByName(rules, { dn: person.dn, logins: judged.flatMap((attribute) => person.texts(attribute)) });
      return now.protected || rules.groups.length === 0 ? now : judgeByGroups(connection, rules, person);
    });
  };

  const inspectRights = async (): Promise<RightsReport> => {
    const want = protectedForWant(await protection.get());
    if (want !== null) return { rights: unknownRights(`who is protected is not known (${want.reason})`), tooMuch: [] };
    const attributes = [...kind.accountAttributes, ...dialect.statusAttributes];
    const entries = await servers.read((connection) => base.sample(connection, sampleSize, { attributes, binary: kind.binaryAttributes }));
    const incomplete = entries.filter((entry) => kind.toAccount(entry) === null).length;
    if (incomplete > 0) return incompletePeople(incomplete, entries.length, kind.accountNeeds, dialect.readingFix);
    const served: LdapEntry[] = [];
    const end = performance.now() + sampleTime;
    for (const entry of entries) {
      if (performance.now() > end) break;
      const account = kind.toAccount(entry);
      if (account === null || sameDn(entry.dn, settings.serviceAccount.name)) continue;
      if (!(await isProtected(account)).protected) served.push(entry);
    }
    const fix = dialect.readingFix('Check baseDn and peopleFilter, or let it read');
    if (served.length === 0) return nobodyFound(settings.baseDn, fix);
    return servers.write((connection) => dialect.inspectRights(connection, served));
  };

  const notesOnPeople = (): Promise<DirectoryNote[]> =>
    servers.read(async (connection) => {
      const attributes = [...dialect.statusAttributes, ...passwordPlaces];
      const people = await base.sample(connection, sampleSize, { attributes, binary: kind.binaryAttributes });
      const ages = await minimumAges(connection, people, (on, entry) => dialect.readFacts(on, entry, now()));
      return [...passwordsElsewhere(people), ...ages];
    });

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
    readAccount: base.readAccount,
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
    readMembership,
    async readManager(ref) {
      const manager = (await base.readEntry(ref, ['manager'])).text('manager');
      return manager === null ? null : base.readAccountAt(manager);
    },
    isProtected,
    async verifyPassword(ref, password) {
      const entry = await base.readEntry(ref, ['1.1']);
      if (password === '') return wrongPassword;
      return explainBind(
        await servers.separate((connection) => bindAs(connection, entry.dn, password)),
        readState(ref),
        dialect.bindRefusals,
      );
    },
    changePassword: (...change) => missingAsOutcome(() => changeExisting(...change)),
    prepareWrite,
    timeLimits: base.timeLimits,
    async resetPassword(target, newPassword, options = {}) {
      // A server that gets no password invents one (RFC 3062 section 2).
      if (newPassword === '') return { done: false, refusal: 'password.too-short', detail: 'empty', server: '' };
      const answer = await write(target, options, (connection, entry) => dialect.reset(connection, entry, newPassword, options));
      if (!('result' in answer)) return answer;
      if (succeeded(answer.result)) return { done: true, server: answer.server };
      return refined(target.account, explainRefusal(answer, 'service', 'reset-password'), answer, newPassword);
    },
    unlock: (target, options = {}) => write(target, options, dialect.unlock),
    requireChange: (target, options = {}) => write(target, options, dialect.requireChange),
    async health(options) {
      const health = await base.health(options, { rights: inspectRights, configured: async () => (await protection.get()).names });
      if (options?.rights !== true || !health.serviceAccount.ok || health.configured.some(({ ok }) => !ok)) return health;
      const limited = await servers.read((connection) => limitNotes(connection, groupBaseOf(connection, settings), groupFilter()));
      return { ...health, notes: [...health.notes, ...limited, ...(await notesOnPeople())] };
    },
    close: base.close,
  };
}
