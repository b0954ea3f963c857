import { createHash } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import { protectedByText } from '../../../shared/protected-by.ts';
import { abilitiesOf } from '../../core/configuration/directory-abilities.ts';
import type { DirectorySettingsOf } from '../../core/configuration/directory-section.ts';
import { contactAddresses, contactNumbers } from '../../core/enrolment/contact-addresses.ts';
import type {
  Account,
  AccountFacts,
  AccountFingerprint,
  AccountRef,
  Directory,
  SearchPage,
  SearchRequest,
  WriteOptions,
  WriteOutcome,
} from '../../core/ports/directory.ts';
import type { EmbeddedAccountRow, EmbeddedFilter, EmbeddedStore } from '../../core/ports/embedded-store.ts';
import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { Clock } from '../../core/ports/platform.ts';
import { describePolicy, describeStatus, isLocked } from './account-state.ts';
import { newRow } from './create-embedded-account.ts';
import type { EmbeddedContext } from './embedded-context.ts';
import { lookUpName } from './look-up-name.ts';
import { normaliseLogin } from './normalise-login.ts';
import { hashPassword, matchesHash, nobodysHash } from './password-hash.ts';
import { updateAccount } from './update-account.ts';
import { attemptPassword } from './verify-password.ts';
import { writeDeadline } from './write-deadline.ts';
import { changePassword, resetPassword, serverName } from './write-password.ts';

export type EmbeddedSettings = DirectorySettingsOf<'embedded'>;

/** Accounts that one statement asks for. */
const MOST_AT_ONCE = 500;

const verbs = ['read', 'reset-password', 'unlock-account', 'require-change', 'read-policy'] as const;

/**
 * A directory kept in Keyturn's own database: for trials, the demo, and places without one of their own. It keeps to the
 * same contract as a real directory: argon2id hashes, history, lockout with a duration, minimum and maximum age.
 */
export function createEmbeddedDirectory(settings: EmbeddedSettings, deps: { clock: Clock; accounts: EmbeddedStore }): Directory {
  const { accounts, clock } = deps;
  const policy = describePolicy(settings.policy);
  const context: EmbeddedContext = { directory: settings.id, accounts, clock, policy };

  async function rowOf(ref: AccountRef): Promise<EmbeddedAccountRow> {
    const row = await accounts.find(settings.id, ref.id);
    if (row === null) throw new AppError('directory.account-missing', { directory: settings.id, id: ref.id });
    return row;
  }

  const fingerprintOf = (row: EmbeddedAccountRow): AccountFingerprint => ({
    password: createHash('sha256').update(row.passwordHash).digest('base64url'),
    lock: row.lockedAt === null ? '' : String(row.lockedAt),
    locked: isLocked(row, policy, clock.now()),
    passwordSetAt: row.passwordSetAt,
  });

  const factsOf = (row: EmbeddedAccountRow): AccountFacts => ({
    ...{ account: toAccount(settings, row), status: describeStatus(row, policy, clock.now()), policy },
  });

  async function write(
    ref: AccountRef,
    options: WriteOptions,
    change: (row: EmbeddedAccountRow) => EmbeddedAccountRow,
  ): Promise<WriteOutcome> {
    try {
      await updateAccount(accounts, settings.id, ref.id, change, writeDeadline(context, options));
      return { done: true, server: serverName };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'directory.account-missing') throw error;
      return { done: false, refusal: 'account.missing', detail: 'no such account', server: serverName };
    }
  }

  return {
    id: settings.id,
    kind: 'embedded',
    label: settings.label,
    abilities: abilitiesOf(settings),
    keptPeople: {
      rowOf: (person, id, passwordHash) => newRow(person, { directory: settings.id, id, passwordHash, now: clock.now() }),
      factsOf,
      hashPassword,
    },
    normaliseIdentifier: normaliseLogin,

    async findAccounts(typed) {
      const normalised = normaliseLogin(typed);
      if (normalised === null) return [];
      return (await accounts.findByIdentifier(settings.id, normalised)).map((row) => toAccount(settings, row));
    },
    async search(request) {
      const filter = filterOf(request, policy, clock.now());
      return filter === 'nobody' ? { accounts: [], cursor: null } : searchPage(settings, accounts, request, filter);
    },
    async forEachPerson(visit) {
      let cursor: string | null = null;
      do {
        const page: SearchPage = await searchPage(settings, accounts, { pageSize: 500, ...(cursor === null ? {} : { cursor }) }, null);
        if (page.accounts.length > 0) await visit(page.accounts);
        cursor = page.cursor;
      } while (cursor !== null);
    },
    async readAccount(ref) {
      const row = await accounts.find(settings.id, ref.id);
      return row === null ? null : toAccount(settings, row);
    },
    async readAccounts(ids) {
      const accountsOf = async (some: readonly string[]) =>
        (await accounts.findSome(settings.id, some)).map((row) => toAccount(settings, row));
      const found: Account[] = [];
      for (let from = 0; from < ids.length; from += MOST_AT_ONCE) found.push(...(await accountsOf(ids.slice(from, from + MOST_AT_ONCE))));
      return found;
    },
    async readStatus(ref) {
      return describeStatus(await rowOf(ref), policy, clock.now());
    },
    async readPolicy(ref) {
      await rowOf(ref);
      return policy;
    },
    async readFingerprint(ref) {
      return fingerprintOf(await rowOf(ref));
    },
    async readFacts(ref) {
      return factsOf(await rowOf(ref));
    },
    async prepareWrite(ref) {
      const row = await rowOf(ref);
      const reason = protectedBy(settings, row);
      return {
        account: toAccount(settings, row),
        status: describeStatus(row, policy, clock.now()),
        fingerprint: fingerprintOf(row),
        protection: { protected: reason !== null, reason },
        server: serverName,
      };
    },
    // A write is one transaction of the database that also keeps the intent.
    timeLimits: { toBegin: 20_000, request: 20_000 },
    async readGroups(ref) {
      return (await rowOf(ref)).groups.map((name) => ({ id: name, name }));
    },
    async readMembership(account, { places, groups }) {
      const row = await rowOf(account);
      const held = new Set(row.groups.map(fold));
      return {
        places: Object.fromEntries(places.map((place) => [place, fold(place) === fold(row.directory)])),
        groups: Object.fromEntries(groups.map((group) => [group, held.has(fold(group))])),
      };
    },
    async lookUpNames(wanted) {
      return wanted.map((name) => lookUpName(settings.id, name));
    },
    async readManager(ref) {
      const { managerId } = await rowOf(ref);
      if (managerId === null) return { known: true, manager: null };
      const manager = await accounts.find(settings.id, managerId);
      return manager === null ? { known: false, because: 'not-found' } : { known: true, manager: toAccount(settings, manager) };
    },
    async isProtected(account) {
      const reason = protectedBy(settings, await rowOf(account));
      return { protected: reason !== null, reason };
    },
    async readStanding(account) {
      const row = await rowOf(account);
      const reason = protectedBy(settings, row);
      return { status: describeStatus(row, policy, clock.now()), protection: { protected: reason !== null, reason } };
    },
    async verifyPassword(ref, password) {
      return (await attemptPassword(context, await rowOf(ref), password)).outcome;
    },
    async verifyNobody(password) {
      await accounts.find(settings.id, 'nobody');
      await matchesHash(nobodysHash, password);
    },
    changePassword: (ref, oldPassword, newPassword) => changePassword(context, ref.id, oldPassword, newPassword),
    resetPassword: ({ account }, newPassword, options = {}) => resetPassword(context, account.id, newPassword, options),
    unlock: ({ account }, options = {}) => write(account, options, (row) => ({ ...row, badAttempts: 0, lockedAt: null })),
    requireChange: ({ account }, options = {}) => write(account, options, (row) => ({ ...row, mustChange: true })),
    async health(options = {}) {
      await accounts.count(settings.id);
      // There is no service account that could lack a right.
      const rights = options.rights === true ? verbs.map((verb) => ({ verb, ok: true as const, problem: null, fix: null })) : [];
      return {
        servers: [],
        serviceAccount: { ok: true, problem: null, fix: null },
        clockSkew: null,
        notes: [],
        configured: [],
        rights,
        tooMuch: [],
      };
    },
    async close() {
      // The database belongs to who opened it.
    },
  };
}

function toAccount({ contacts }: EmbeddedSettings, row: EmbeddedAccountRow): Account {
  const mail = row.mail === null ? [] : [row.mail];
  const mobile = row.mobile === null ? [] : [row.mobile];
  return {
    directory: row.directory,
    id: row.id,
    login: row.login,
    principalName: null,
    displayName: row.displayName,
    givenName: row.givenName,
    surname: row.surname,
    mail,
    contacts: { email: contactAddresses(contacts.email ?? null, () => mail), sms: contactNumbers(contacts.sms ?? null, () => mobile) },
    mobile,
    employeeNumber: row.employeeNumber,
    location: row.directory,
    privileged: false,
    language: row.language,
  };
}

/** Times count as in `describeStatus`. */
function filterOf({ filter, within = 0 }: SearchRequest, { maximumAge }: PasswordPolicy, now: number): EmbeddedFilter | null | 'nobody' {
  if (filter !== 'expired' && filter !== 'expiring') return filter ?? null;
  if (maximumAge === null) return 'nobody';
  const ended = now - maximumAge;
  return filter === 'expired' ? { setAfter: null, setUpTo: ended } : { setAfter: ended, setUpTo: ended + within };
}

async function searchPage(
  settings: EmbeddedSettings,
  accounts: EmbeddedStore,
  request: SearchRequest,
  filter: EmbeddedFilter | null,
): Promise<SearchPage> {
  const limit = Math.min(1000, Math.max(1, request.pageSize));
  const rows = await accounts.search(settings.id, {
    text: request.text ?? '',
    filter,
    // Not the name: the last one of a page may be somebody whom the reader may not see.
    after: request.cursor ?? null,
    limit: limit + 1,
  });
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    accounts: rows.slice(0, limit).map((row) => toAccount(settings, row)),
    cursor: last === undefined ? null : last.id,
  };
}

function protectedBy(settings: EmbeddedSettings, row: EmbeddedAccountRow): string | null {
  const { groups, locations, logins } = settings.protected;
  const held = new Set(row.groups.map(fold));
  const group = groups.find((name) => held.has(fold(name)));
  if (group !== undefined) return protectedByText({ by: 'group', name: group });
  const login = logins.find((name) => normaliseLogin(name) === row.login);
  if (login !== undefined) return protectedByText({ by: 'login', name: login });
  const location = locations.find((name) => fold(name) === fold(row.directory));
  return location === undefined ? null : protectedByText({ by: 'location', name: location });
}

function fold(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}
