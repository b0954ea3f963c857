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
   * Addresses that count as proofs, from the attributes configured for it (JRN-7); none where they do not count. An attribute that is
   * hidden looks like one that is empty: that a person has none is not known.
   */
  readonly contacts: { readonly email: readonly string[] };
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
  passwordExpired: boolean;
  mustChange: boolean;
  /** null: never. */
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

/**
 * The effective password policy of one account, as far as it can be judged before the directory is asked.
 * `null` means "no such limit".
 */
export interface PasswordPolicy {
  /** Another policy that may not be read may be in force, stricter or laxer: the rules are told, and the directory alone judges. */
  uncertain?: true;
  /** For people: "Default domain policy", name of the PSO or of the policy entry. */
  name: string;
  minimumLength: number;
  maximumLength: number | null;
  /** What the directory counts: AD and Samba UTF-16 units, OpenLDAP octets, 389 DS characters, embedded code points. */
  lengthUnit: 'utf16-units' | 'octets' | 'code-points';
  /**
   * `active-directory`: three of five categories as MS-SAMR 3.1.1.7.2 defines them;
   * `categories`: the counts in `categories` below (389 DS syntax checks); `none`.
   */
  complexity: 'none' | 'active-directory' | 'categories';
  /** AD refuses tokens of the display name and the account name (Windows does, Samba 4.17 does not). */
  nameTokensChecked: boolean;
  categories: PasswordCategories | null;
  /** Milliseconds; 0: may be changed at once. */
  minimumAge: number;
  /** Milliseconds; null: passwords do not expire. */
  maximumAge: number | null;
  historyLength: number;
  /** What a reset (not a change) does about the history. */
  historyOnReset: 'enforced' | 'two-step' | 'not-enforced';
  minimumAgeOnReset: 'enforced' | 'not-enforced';
  /** Failed attempts that lock the account; 0: never. */
  lockoutThreshold: number;
  /** Milliseconds; null: until unlocked. */
  lockoutDuration: number | null;
}

/** Minimum counts of 389 DS password syntax checking; 0: not required. */
export interface PasswordCategories {
  digits: number;
  letters: number;
  uppercase: number;
  lowercase: number;
  specials: number;
  eightBit: number;
  /** Longest run of one character that is allowed; 0: any. */
  maximumRepeats: number;
  /** How many of the five categories must be present; 0: any. */
  minimumCategories: number;
  /** Tokens of cn, sn, uid, mail ... of at least this length are refused; 0: not checked. */
  tokenLength: number;
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

/** Places and groups that the configuration names, as it spells them: DNs, or common names of groups. */
export interface NamedScopes {
  readonly places: readonly string[];
  readonly groups: readonly string[];
}

/**
 * For each name whether an account is at or below the place, or in the group, nested memberships included. null: it cannot be told,
 * also where there is no such place or group, or it is hidden: that somebody is not in it is not known then.
 */
export interface Membership {
  readonly places: Readonly<Record<string, boolean | null>>;
  readonly groups: Readonly<Record<string, boolean | null>>;
}

/** What may forbid a write. */
export type StatusForWrite = Pick<AccountStatus, 'locked' | 'disabled' | 'accountExpired' | 'passwordSignIn'>;

/**
 * All that has to be known of an account before something is written to it, read at once on the server that will write, and what
 * the directory needs to write there. Plain data: it can be sent from one process to another.
 */
export interface PreparedWrite {
  readonly account: Account;
  /** What may forbid the write. Times and counts are not read for it: they would cost the reading of the policy. */
  readonly status: StatusForWrite;
  readonly fingerprint: AccountFingerprint;
  readonly protection: { readonly protected: boolean; readonly reason: string | null };
  /** Identity of the server that was read and will write; opaque, to be handed to `readFingerprint`. */
  readonly server: string;
  /** Only the directory that made it understands it. */
  readonly handle: string;
}

export interface WriteOptions {
  /**
   * Milliseconds since 1970: nothing that writes is begun later, so that no write happens after it was given up. What is refused for
   * it is `directory.unreachable` (details.reason `deadline`), or `directory.outcome-unknown` when a part was written before.
   */
  notAfter?: number;
}

export type VerifyRefusal =
  | 'credentials.wrong'
  | 'credentials.locked'
  | 'credentials.disabled'
  | 'credentials.account-expired'
  | 'credentials.password-expired'
  | 'credentials.must-change'
  | 'credentials.not-allowed-now'
  | 'credentials.not-allowed-here';

export type VerifyOutcome =
  | { valid: true; warning: 'none' | 'expires-soon' | 'grace' | 'must-change' }
  /** `passwordWasRight` is true only where the directory's answer proves it (AD 532, 533, 773). */
  | { valid: false; reason: VerifyRefusal; passwordWasRight: boolean };

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
  /** Changes with every write to the entry, whatever is written; opaque. Told where `wholeSeconds` is and the directory can. */
  revision?: string;
  /** Who wrote to the entry last: the service account of Keyturn or somebody else. Absent where the directory does not tell. */
  writer?: 'self' | 'other';
  /** A reset in two steps may have stopped after the first: the password is one that nobody knows. */
  temporary?: true;
}

export interface SearchRequest {
  /** Free text matched against names, login, mail, employee number. Empty: everybody. */
  text?: string;
  filter?: 'locked' | 'disabled' | 'must-change';
  /** At most this many a page; 1 to 1,000. */
  pageSize: number;
  /** From the page before; opaque. */
  cursor?: string;
}

export interface SearchPage {
  accounts: Account[];
  cursor: string | null;
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
}

/** Milliseconds. */
export interface TimeLimits {
  /** From being asked to write until the last request of it is sent: waiting for a connection, opening it, requests before the last. */
  readonly toBegin: number;
  /** From sending one request until its answer counts as lost. */
  readonly request: number;
}

/** What the service account needs to be able to do. */
export type DirectoryVerb = 'read' | 'reset-password' | 'unlock-account' | 'require-change' | 'read-policy';

/** What the directory itself grants the service account on a sample of people. Found out without changing anything. */
export type DirectoryRight =
  | { verb: DirectoryVerb; ok: true; problem: null; fix: null }
  | {
      verb: DirectoryVerb;
      /** null: cannot be told without writing. */
      ok: boolean | null;
      /** What is missing or why it cannot be told; with `ok: true`, what is wrong for a part of the people. */
      problem: string;
      /** For the operator, as `shared/fix-text.ts` has it: with the command or the access rule where there is one. */
      fix: string;
    };

export interface HealthOptions {
  /** Also look at what the service account may do. Takes a few more requests, so it is for a check on demand, not for a monitor. */
  rights?: boolean;
}

/** Something of the directory that the configuration names, looked up there: a place, a protected group. */
export interface ConfiguredName {
  /** Where it stands in the section: `protected.groups[0]`. */
  setting: string;
  value: string;
  /** False: it is not there or not shown. While one is missing that decides who is protected, everybody is. */
  ok: boolean;
  /** What was found, or why it was not: "found, 3 members". */
  text: string;
  /** What to do when it is not `ok`. */
  fix: string | null;
}

/** Something a directory says about itself. */
export interface DirectoryNote {
  text: string;
  /** null: a fact, nothing has to be done about it. */
  fix: string | null;
}

export interface DirectoryHealth {
  servers: {
    url: string;
    ok: boolean;
    skippedUntil: number | null;
    /** Milliseconds. */
    latency: number | null;
    /** Milliseconds since 1970 until which the certificate of the server is valid; null: not known. */
    certificateEnds: number | null;
    problem: string | null;
    fix: string | null;
  }[];
  serviceAccount: { ok: boolean; problem: string | null; fix: string | null };
  /** Milliseconds the directory's clock is ahead of ours; null: not told. */
  clockSkew: number | null;
  /** Worth a line: "history is not enforced on reset: the server does not offer policy hints". */
  notes: DirectoryNote[];
  /** What the configuration names, when rights were asked for and the service account is let in, else empty. */
  configured: ConfiguredName[];
  /** One of each verb when asked for and the service account is let in, else empty. */
  rights: DirectoryRight[];
  /** Sentences on what the service account may do beyond its task: "is a member of Domain Admins". */
  tooMuch: string[];
}

export interface Directory {
  readonly id: string;
  readonly kind: DirectoryKind;
  /** For people. */
  readonly label: string;
  readonly abilities: DirectoryAbilities;

  /**
   * Brings an identifier to the one spelling for what the directory treats as equal, without asking a server (DIR-9).
   * null: this directory can have no such account (foreign domain, empty).
   */
  normaliseIdentifier(typed: string): string | null;
  /** Accounts that one of the configured identifiers names exactly, as it was typed or normalised; usually none or one. */
  findAccounts(typed: string): Promise<Account[]>;
  search(request: SearchRequest): Promise<SearchPage>;
  readAccount(ref: AccountRef): Promise<Account | null>;
  readStatus(ref: AccountRef): Promise<AccountStatus>;
  readPolicy(ref: AccountRef): Promise<PasswordPolicy>;
  /** Account, state and policy from one search of the entry. @throws AppError `directory.account-missing` */
  readFacts(ref: AccountRef): Promise<AccountFacts>;
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
  readManager(ref: AccountRef): Promise<Account | null>;
  /** Whether configured groups, places, names or the directory itself put the account out of reach (DIR-8). */
  isProtected(account: Account): Promise<{ protected: boolean; reason: string | null }>;

  verifyPassword(ref: AccountRef, password: string): Promise<VerifyOutcome>;
  /** The person knows the old password; the directory's full policy applies. */
  changePassword(ref: AccountRef, oldPassword: string, newPassword: string): Promise<WriteOutcome>;

  /**
   * Reads an account on the first server that takes writes. The three writes below go to that server only, and search for nothing. When
   * it cannot be reached any more they throw `directory.unreachable`, nothing was sent, and the caller may prepare again: that goes to
   * the next server.
   * @throws AppError `directory.account-missing`
   */
  prepareWrite(ref: AccountRef): Promise<PreparedWrite>;
  resetPassword(target: PreparedWrite, newPassword: string, options?: ResetOptions): Promise<WriteOutcome>;
  unlock(target: PreparedWrite, options?: WriteOptions): Promise<WriteOutcome>;
  requireChange(target: PreparedWrite, options?: WriteOptions): Promise<WriteOutcome>;
  /** What this directory takes at most, for the caller to compute its deadlines from. */
  readonly timeLimits: TimeLimits;

  health(options?: HealthOptions): Promise<DirectoryHealth>;
  close(): Promise<void>;
}
