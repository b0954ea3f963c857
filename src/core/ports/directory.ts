import type { ConfiguredName, DirectoryHealth, HealthOptions } from './directory-health.ts';
import type { KeptPeople } from './kept-people.ts';
import type { DirectManager } from './manager.ts';
import type { Membership, NamedScopes, WantedName } from './membership.ts';
import type { PasswordPolicy } from './password-policy.ts';
import type { VerifyOutcome } from './verify-outcome.ts';

/**
 * The door to an identity store. Nothing of LDAP leaks through it: later kinds speak HTTPS.
 *
 * Everything is plain data. What is no failure of the machinery (a wrong password, a refused password, an account
 * that is locked) is returned; what is (server gone, TLS, no right) is thrown as an `AppError` of `directory.*`:
 *
 * - `directory.unreachable`     no configured server answered, nothing was changed
 * - `directory.timed-out`       a server did not answer in time, nothing was changed (reads only)
 * - `directory.outcome-unknown` a write was sent and its answer never came: the caller must find out by reading
 * - `directory.tls-*`, `directory.plain-refused`, `directory.service-account-refused`, `directory.protocol`
 * - `directory.account-missing` the reference no longer names an entry
 * - `directory.entry-moved`     the entry got another name or place since the write was prepared, nothing was changed
 *
 * Every call has a time limit of its own and never hangs.
 */
export type DirectoryKind = 'active-directory' | 'openldap' | '389ds' | 'ldap' | 'embedded';

/** Names one account for ever: `id` is the directory's own immutable identifier (objectGUID, entryUUID, nsUniqueId). */
export interface AccountRef {
  readonly directory: string;
  readonly id: string;
}

/** An entry of a person in one directory. */
export interface Account extends AccountRef {
  /** What the person types to sign in (sAMAccountName, uid). */
  readonly login: string;
  /** userPrincipalName or its like; null where the directory has none. */
  readonly principalName: string | null;
  readonly displayName: string;
  /** The directory has no display name for the account and another name stands in: rules about the display name do not mean it. */
  readonly displayNameInferred?: true;
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly mail: readonly string[];
  /**
   * Addresses and telephone numbers (E.164) that count as proofs, from the attributes configured for it (JRN-7); none where they do not
   * count. An attribute that is hidden looks like one that is empty: that a person has none is not known.
   */
  readonly contacts: { readonly email: readonly string[]; readonly sms: readonly string[] };
  readonly mobile: readonly string[];
  readonly employeeNumber: string | null;
  /** Where the entry lives, for people to read and for scopes: a DN for LDAP. Not for addressing: it changes on a move. */
  readonly location: string;
  /** The directory itself marks the account as privileged (adminCount=1 on AD). */
  readonly privileged: boolean;
  /** BCP 47 tag the directory knows for the person, if any (preferredLanguage). */
  readonly language: string | null;
}

/**
 * What is known of one account. Where null stands for "not known" (the directory cannot tell, or hides it), it is never
 * taken for "no": see `DirectoryAbilities.tells`.
 */
export interface AccountStatus {
  /** null: not known. */
  locked: boolean | null;
  /** When the lock ends by itself; null: not locked, not known, or only by an unlock. */
  lockedUntil: number | null;
  /** null: not known. */
  disabled: boolean | null;
  /** The account itself (not the password) has passed its end date. null: not known. */
  accountExpired: boolean | null;
  /** false: a password makes no sense for this account, such as one that signs in by smart card alone. null: not known. */
  passwordSignIn: boolean | null;
  /** null: not known, and then the end is not known either. */
  passwordExpired: boolean | null;
  mustChange: boolean;
  /** null: never, or not known where `passwordExpired` is not. */
  passwordExpiresAt: number | null;
  /** null: never set or not known (AD tells 0 for "must change"). */
  passwordSetAt: number | null;
  badAttempts: number | null;
  lastBadAttemptAt: number | null;
  /** Minimum age: before this a change by the person is refused by the directory; null: at once. */
  changeableAt: number | null;
  /**
   * Set where the directory is known to refuse every reset of this account, whatever rights the service account has: why, and what
   * the operator is to change. Unset: nothing is known against it.
   */
  noReset?: { readonly problem: string; readonly fix: string };
}

/** Why a directory did not accept a new password. Stable codes, shown to the person in words that help. */
export type PasswordRefusal =
  | 'password.in-history'
  | 'password.too-short'
  | 'password.too-long'
  | 'password.not-complex'
  | 'password.too-young'
  | 'password.same-as-current'
  | 'password.quality'
  | 'password.refused'
  | 'password.old-wrong'
  | 'password.account-locked'
  | 'password.account-disabled'
  | 'password.change-not-allowed';

/** What a write was to do besides and could not, though it took effect. */
export type Unmet = 'history' | 'must-change';

export type WriteOutcome =
  | { done: true; server: string; unmet?: readonly Unmet[] }
  /** The directory said no and nothing was changed, except `leftTemporary` below. `detail` is its own text, for operators. */
  | {
      done: false;
      refusal: PasswordRefusal | 'account.no-right' | 'account.missing';
      detail: string;
      server: string;
      /** When a refusal for age names a time. */
      changeableAt?: number;
      /**
       * Two-step reset only: the first step took effect and the person now has an unknown random password.
       * The caller keeps the step open and says so in the audit event.
       */
      leftTemporary?: true;
    };

/** An account read at once: state and policy belong together, and one reading of them costs one search. */
export interface AccountFacts {
  readonly account: Account;
  readonly status: AccountStatus;
  readonly policy: PasswordPolicy;
}

/** What may forbid a write. */
export type StatusForWrite = Pick<AccountStatus, 'locked' | 'disabled' | 'accountExpired' | 'passwordSignIn'>;

/**
 * All that has to be known of an account before something is written to it, read at once on the server that will write. Plain data: it
 * can be sent from one process to another.
 */
export interface PreparedWrite {
  readonly account: Account;
  /** What may forbid the write. Times and counts are not read for it: they would cost the reading of the policy. */
  readonly status: StatusForWrite;
  readonly fingerprint: AccountFingerprint;
  readonly protection: { readonly protected: boolean; readonly reason: string | null };
  /** Identity of the server that was read and will write; opaque, to be handed to `readFingerprint`. */
  readonly server: string;
}

/** How far to look for a lock. */
export interface LockOptions {
  /**
   * Asks every server that takes writes, where each may know a lock that the others do not (domain controllers count failures each by
   * themselves). One that cannot be asked makes the lock not known, unless another one tells of it. Other kinds ask one.
   */
  locks?: 'everywhere';
}

export interface WriteOptions {
  /**
   * Milliseconds since 1970: nothing that writes is begun later, so that no write happens after it was given up. What is refused for
   * it is `directory.unreachable` (details.reason `deadline`), or `directory.outcome-unknown` when a part was written before.
   */
  notAfter?: number;
}

/** What decides, beside `locked` and friends, what happened to a write whose outcome was lost. Compared before and after. */
export interface AccountFingerprint {
  /** Changes with every password write (pwdLastSet, pwdChangedTime ...); opaque. null: the directory tells nothing of it. */
  password: string | null;
  /** Changes when the account is locked or unlocked (lockoutTime, pwdAccountLockedTime ...); opaque. null: nothing is told of it. */
  lock: string | null;
  /** null: not known. */
  locked: boolean | null;
  /** The directory's own time of the last password write (with `anyWrite`: of the last write), if it tells. */
  passwordSetAt: number | null;
  /** `password` tells whole seconds: of two writes within one second the second one does not show in it. */
  wholeSeconds?: true;
  /** `password` changes with every write to the entry, whatever is written: the directory tells nothing of passwords alone. */
  anyWrite?: true;
  /**
   * Changes with every write of the password at least, and never back: equal, nothing was written. Opaque. On most kinds it counts
   * whatever is written to the entry.
   */
  revision?: string;
  /** Who wrote to the entry last: the service account of Keyturn or somebody else. Absent where the directory does not tell. */
  writer?: 'self' | 'other';
  /** A reset in two steps may have stopped after the first: the password is one that nobody knows. */
  temporary?: true;
}

export interface SearchRequest {
  /** Free text matched against names, login, mail, employee number. Empty: everybody. */
  text?: string;
  /** `expired` and `expiring` are about passwords that end by their age: neither who must change theirs nor whose never ends. */
  filter?: 'locked' | 'disabled' | 'must-change' | 'expiring' | 'expired';
  /** With `expiring`: whose password ends within so many milliseconds. */
  within?: number;
  /** Only who is at this place or below it, as `Account.location` names places. Only for `DirectoryAbilities.findsBelowPlaces`. */
  place?: string;
  /** At most this many a page; 1 to 1,000. */
  pageSize: number;
  /** From the page before; opaque. */
  cursor?: string;
}

export interface SearchPage {
  /** Can be fewer than a page, or none, with a cursor: more people were looked at than are in the state that was asked for. */
  accounts: Account[];
  cursor: string | null;
  /**
   * Of some people of the directory it does not tell whether they are in the state: they are not found. It says nothing of whom the text
   * or the place of the request is about. Absent: none are known of.
   */
  untold?: true;
}

export interface ResetOptions extends WriteOptions {
  /** Person must choose an own password at next sign-in. */
  mustChange?: boolean;
  /** Also unlock, in the same operation where the directory can. */
  unlock?: boolean;
}

/** A state of an account that a kind of directory may be able to tell. */
export type ToldState = 'locked' | 'disabled' | 'account-expired';

/**
 * What a directory can do and tell at all, by its kind and configuration and whatever the service account may. Goals that need
 * another verb are not offered to its people.
 */
export interface DirectoryAbilities {
  readonly verbs: readonly ('reset-password' | 'unlock-account' | 'require-change')[];
  /**
   * States that it tells of everybody: an account of which one of these is not known is hidden from the service account, and then
   * refused. What is not in the list is null for everybody, and the configuration has accepted that.
   */
  readonly tells: readonly ToldState[];
  /** By which states its people can be searched without reading all of them. */
  readonly finds: readonly NonNullable<SearchRequest['filter']>[];
  /** Its people can be searched below one place. */
  readonly findsBelowPlaces?: true;
  /**
   * When its accounts are locked, as the operator states it of a directory that does not tell: by this many wrong passwords `within`
   * milliseconds. Absent: nothing is stated.
   */
  readonly statedLockout?: { readonly failures: number; readonly within: number };
  /** As the operator states it: a password of which the directory does not tell when it was set is its owner's, and no one else knows it. */
  readonly untoldPasswordsAreOwn?: true;
}

/** Milliseconds. */
export interface TimeLimits {
  /** From being asked to write until the last request of it is sent: waiting for a connection, opening it, requests before the last. */
  readonly toBegin: number;
  /** From sending one request until its answer counts as lost. */
  readonly request: number;
}

/** Whether an account may be recovered, as far as its directory says. */
export interface AccountStanding {
  readonly status: AccountStatus;
  readonly protection: { protected: boolean; reason: string | null };
}

export interface Directory {
  readonly id: string;
  readonly kind: DirectoryKind;
  /** For people. */
  readonly label: string;
  readonly abilities: DirectoryAbilities;
  /** Where Keyturn keeps the people itself; absent: they are kept elsewhere. */
  readonly keptPeople?: KeptPeople;

  /**
   * Brings an identifier to the one spelling for what the directory treats as equal, without asking a server (DIR-9).
   * null: this directory can have no such account (foreign domain, empty).
   */
  normaliseIdentifier(typed: string): string | null;
  /** Accounts that one of the configured identifiers names exactly, as it was typed or normalised; usually none or one. */
  findAccounts(typed: string): Promise<Account[]>;
  /** @throws AppError `directory.place-missing` for a place that is not there, cannot be seen, or is not where its people are */
  search(request: SearchRequest): Promise<SearchPage>;
  /**
   * Gives everybody to `visit`, some at a time, each once, in no order: for lists of many people, where a search would read the pages
   * before each page again. Waits for `visit` before it reads on.
   * @throws what `visit` throws; AppError `directory.*` where a server fails, `directory.limit-exceeded` where it does not give all of
   * them: who was visited until then is a part of them
   */
  forEachPerson(visit: (accounts: readonly Account[]) => Promise<void>): Promise<void>;
  readAccount(ref: AccountRef): Promise<Account | null>;
  /**
   * The accounts that these identifiers name, in no order and by as few questions as the directory takes; whoever is not there, or hidden,
   * is left out. For names in a list: nothing else is decided by it.
   */
  readAccounts(ids: readonly string[]): Promise<Account[]>;
  readStatus(ref: AccountRef): Promise<AccountStatus>;
  readPolicy(ref: AccountRef): Promise<PasswordPolicy>;
  /** Account, state and policy from one search of the entry. @throws AppError `directory.account-missing` */
  readFacts(ref: AccountRef, options?: LockOptions): Promise<AccountFacts>;
  /**
   * The fingerprint on one server and no other: what another one tells says nothing about a write to this one.
   * @param server identity from `PreparedWrite.server`
   * @throws AppError `directory.unreachable` also when that server is no longer configured, or another one answers at its address
   */
  readFingerprint(ref: AccountRef, server: string): Promise<AccountFingerprint>;
  /** Names (DN, and common name) of all groups, nested ones included. */
  readGroups(ref: AccountRef): Promise<{ id: string; name: string }[]>;
  /** @throws AppError `directory.account-missing`, and where the directory does not answer */
  readMembership(account: Account, named: NamedScopes): Promise<Membership>;
  /**
   * Looks places and groups up, past everything that is kept: what is there, and how to put right what is not. In their order.
   * @throws AppError `directory.*` where the directory cannot be asked
   */
  lookUpNames(wanted: readonly WantedName[]): Promise<ConfiguredName[]>;
  /** The direct manager, as the directory names them now. @throws AppError `directory.account-missing` */
  readManager(ref: AccountRef): Promise<DirectManager>;
  /** Whether configured groups, places, names or the directory itself put the account out of reach (DIR-8). */
  isProtected(account: Account): Promise<{ protected: boolean; reason: string | null }>;
  /** `readStatus` and `isProtected` together, by one search of the entry. @throws AppError `directory.account-missing` */
  readStanding(account: Account): Promise<AccountStanding>;

  verifyPassword(ref: AccountRef, password: string): Promise<VerifyOutcome>;
  /**
   * Asks the server for somebody who is not there what `verifyPassword` asks it for an account, so that neither the server nor the clock
   * tells who exists. Throws like it. The server is not told the password, which may be that of an account of another directory.
   */
  verifyNobody(password: string): Promise<void>;
  /** The person knows the old password; the directory's full policy applies. */
  changePassword(ref: AccountRef, oldPassword: string, newPassword: string): Promise<WriteOutcome>;

  /**
   * Reads an account on the first server that takes writes. The three writes below go to that server only, and to that entry alone. When
   * it cannot be reached any more they throw `directory.unreachable`, nothing was sent, and the caller may prepare again: that goes to
   * the next server. With `locks: 'everywhere'` it is the first server on which the account is locked, where there is one: a lock has to be
   * ended where it is known.
   * @throws AppError `directory.account-missing`
   */
  prepareWrite(ref: AccountRef, options?: LockOptions): Promise<PreparedWrite>;
  resetPassword(target: PreparedWrite, newPassword: string, options?: ResetOptions): Promise<WriteOutcome>;
  unlock(target: PreparedWrite, options?: WriteOptions): Promise<WriteOutcome>;
  requireChange(target: PreparedWrite, options?: WriteOptions): Promise<WriteOutcome>;
  /** What this directory takes at most, for the caller to compute its deadlines from. */
  readonly timeLimits: TimeLimits;

  health(options?: HealthOptions): Promise<DirectoryHealth>;
  close(): Promise<void>;
}
