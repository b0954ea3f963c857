import type { LdapSettings } from '../../src/core/configuration/directory-section.ts';
import type { AccountRef, Directory, DirectoryKind } from '../../src/core/ports/directory.ts';
import type { Clock } from '../../src/core/ports/platform.ts';
import type { VerifyOutcome } from '../../src/core/ports/verify-outcome.ts';
import type { ServerControl } from '../servers/server-control.ts';

/** Which policy an account is under. `strict`: 16 characters, locked after 3 failures. `minimum-age`: one day. */
export type PolicyName = 'default' | 'strict' | 'minimum-age';

export interface NewAccount {
  readonly policy?: PolicyName;
  readonly mustChange?: boolean;
  readonly disabled?: boolean;
  /** The end date of the account has passed. */
  readonly ended?: boolean;
  /** Lives where the service account may not write. */
  readonly outside?: boolean;
  /** The login; a new one unless told. */
  readonly login?: string;
  readonly surname?: string;
  readonly employeeNumber?: string;
  readonly manager?: TestAccount;
  /** Names of groups, the innermost first: the account is in the first, the first in the second, and so on. */
  readonly groups?: readonly string[];
}

export interface TestAccount {
  readonly ref: AccountRef;
  /** The directory that the account is asked through. */
  readonly directory: Directory;
  readonly login: string;
  readonly mail: string;
  readonly password: string;
  /** How the server itself names it (DN, or nothing). */
  readonly dn: string;
}

/** A clock that runs with the real one and can be moved forward. */
export interface MovableClock extends Clock {
  forward(milliseconds: number): void;
}

/** What a directory answers to a password that is right, on an account in that state. */
export interface StateAnswers {
  readonly mustChange: VerifyOutcome;
  readonly disabled: VerifyOutcome;
  /** null with a reason: accounts of this directory have no end date. */
  readonly ended: VerifyOutcome | { readonly none: string };
  readonly expired: VerifyOutcome;
}

/** How the server is to be reached, or made hard to reach. */
export interface LdapReach {
  readonly server: ServerControl;
  readonly settings: LdapSettings;
  readonly readOnlyAccount: { readonly name: string; readonly password: string };
  /** `ldap://` address of the same server. */
  readonly ldapUrl: string;
  readonly host: string;
  readonly port: number;
  /** A server of this kind, of its own, whose certificate is past its end. Stopped by the suite. */
  startExpired(): Promise<ServerControl & { readonly url: string; readonly caPem: string }>;
}

/**
 * One kind of directory, for the conformance suite: a running server, and what only somebody with all rights on it can do.
 * `facts` are the differences between servers; the suite asserts each of them and skips nothing.
 */
export interface Harness {
  readonly kind: DirectoryKind;
  readonly directory: Directory;
  readonly clock: MovableClock;
  readonly facts: {
    readonly minimumLength: number;
    readonly lockoutThreshold: number;
    readonly lengthUnit: 'utf16-units' | 'octets' | 'code-points';
    /** Whether a policy is told that the suite may compare with: false for a plain LDAP server. */
    readonly policyKnown: boolean;
    readonly historyOnReset: 'enforced' | 'two-step' | 'not-enforced';
    readonly minimumAgeOnReset: 'enforced' | 'not-enforced';
    /** A password of lower-case letters only, long enough, is refused with this; null: accepted. */
    readonly simplePassword: string | null;
    /** A reset lifts a lock whether asked to or not. */
    readonly resetUnlocks: boolean;
    readonly states: StateAnswers;
    /** An account whose password has expired can still change it. */
    readonly expiredCanChange: boolean;
    /** `readStatus` sees locks, marks and ends; false for a plain LDAP server. */
    readonly statusKnown: boolean;
    /** Can be locked out and unlocked through the directory. */
    readonly unlocks: boolean;
  };
  /** Creates an account on the server. Its password is valid and was set just now. */
  createAccount(account?: NewAccount): Promise<TestAccount>;
  /** An account whose password has expired; prepared once for the run of the suite. */
  expiredAccount(): Promise<TestAccount>;
  /** Signs in with wrong passwords, past Keyturn, until the account is locked. */
  lock(account: TestAccount): Promise<void>;
  /** A client that is no part of Keyturn signs in. */
  clientLogin(account: TestAccount, password: string): Promise<boolean>;
  /** At least 1,050 accounts whose surname is `Crowd`. */
  crowd(): Promise<void>;
  /** Opens the same directory with other settings. Closed by the harness. */
  open(changes: Partial<LdapSettings>, secrets?: Readonly<Record<string, string>>): Directory;
  /** Only for kinds that speak LDAP. */
  readonly ldap: LdapReach | null;
  close(): Promise<void>;
}
