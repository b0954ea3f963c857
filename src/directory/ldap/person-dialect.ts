import type { AccountFingerprint, AccountStatus, PreparedWrite, ResetOptions, WriteOutcome } from '../../core/ports/directory.ts';
import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { LdapConnection } from './connection.ts';
import type { LdapEntry } from './entry.ts';
import type { ReadingFix, RightsReport } from './inspected-rights.ts';
import { passwordModifyValue } from './password-modify.ts';
import type { PersonKindOptions } from './person-kind.ts';
import { type BindRefusal, type PolicyAnswer, type Refusal, withPolicyControl } from './policy-answer.ts';
import { OID } from './root-dse.ts';

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
  /** Attributes that `reset` wants besides. */
  readonly readToReset?: readonly string[];
  readFacts(connection: LdapConnection, entry: LdapEntry, now: number): Promise<PasswordFacts>;
  /** What a write has to know, where the entry tells it; null: only `readFacts` can. It is read before every write, so it should be cheap. */
  factsOf?(connection: LdapConnection, entry: LdapEntry, now: number): Promise<EntryFacts> | null;
  /** The server has judged by a policy that is not the one that was read: it is read again. */
  forgetPolicies?(): void;
  /**
   * Returns the server's answer, or an outcome of its own where the server was not asked.
   * @param entry as it was the moment before, as for the other writes
   */
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
  /** false: that a password has expired may be told to who gave another one. */
  readonly expiredProves?: boolean;
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
