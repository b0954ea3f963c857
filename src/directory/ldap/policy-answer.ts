import type { PasswordRefusal, VerifyOutcome, WriteOutcome } from '../../core/ports/directory.ts';
import type { LdapConnection } from './connection.ts';
import { POLICY_ERROR, PolicyControl, type PolicyResponse } from './password-policy-control.ts';
import { type LdapResult, RESULT, succeeded } from './result-codes.ts';
import { OID } from './root-dse.ts';
import { unexpectedResult } from './translate-error.ts';

/** What a server answered to a request that carried the password policy control. */
export interface PolicyAnswer {
  readonly result: LdapResult;
  readonly response: PolicyResponse | null;
  readonly server: string;
}

/** Sends a request with the password policy control, where the server knows it. */
export async function withPolicyControl(
  connection: LdapConnection,
  request: (controls: PolicyControl[]) => Promise<LdapResult>,
): Promise<PolicyAnswer> {
  const control = new PolicyControl();
  const result = await request(connection.rootDse.supportedControl.has(OID.passwordPolicy) ? [control] : []);
  return { result, response: control.response, server: connection.server };
}

export type Refusal = Extract<WriteOutcome, { done: false }>['refusal'];

/** draft-behera-ldap-password-policy-11 section 6.2 and, for passwordTooLong (9), slapo-ppolicy(5). */
const refusals: Readonly<Record<number, PasswordRefusal>> = {
  [POLICY_ERROR.accountLocked]: 'password.account-locked',
  [POLICY_ERROR.passwordModNotAllowed]: 'password.change-not-allowed',
  [POLICY_ERROR.mustSupplyOldPassword]: 'password.old-wrong',
  [POLICY_ERROR.insufficientPasswordQuality]: 'password.quality',
  [POLICY_ERROR.passwordTooShort]: 'password.too-short',
  [POLICY_ERROR.passwordTooYoung]: 'password.too-young',
  [POLICY_ERROR.passwordInHistory]: 'password.in-history',
  9: 'password.too-long',
};

/**
 * Why a password was not written, by result code and control, never by text.
 *
 * @param by who asked: the missing right of the service account is a fault of the installation, that of a person is policy
 * @throws AppError for results that say nothing about the password
 */
export function explainRefusal(answer: PolicyAnswer, by: 'service' | 'person', operation: string): Refusal {
  const { result, response, server } = answer;
  switch (result.code) {
    case RESULT.noSuchObject:
      return 'account.missing';
    case RESULT.insufficientAccessRights:
      // 389 DS adds passwordModNotAllowed to a missing right too, so the control tells nothing here.
      return by === 'service' ? 'account.no-right' : 'password.change-not-allowed';
    case RESULT.constraintViolation:
    case RESULT.unwillingToPerform:
      return (response?.error === null || response?.error === undefined ? undefined : refusals[response.error]) ?? 'password.refused';
    default:
      throw unexpectedResult(result, server, operation);
  }
}

/** What the state of an account says about a bind that was refused without a reason. */
export interface LockState {
  readonly locked: boolean | null;
  readonly disabled: boolean | null;
  readonly accountExpired: boolean | null;
}

/**
 * What a simple bind of a person means. OpenLDAP says 49 for everything and the reason in the control, if at all; 389 DS says 19 for
 * locked and 53 for disabled. An expired password is only looked at after it was found right, by both.
 *
 * @param readState asked where the answer leaves the reason open
 * @throws AppError for results that say nothing about the person
 */
export async function explainBind(answer: PolicyAnswer, readState: () => Promise<LockState>): Promise<VerifyOutcome> {
  const { result, response, server } = answer;
  if (succeeded(result)) return { valid: true, warning: warningOf(response) };
  const error = response?.error ?? null;
  if (result.code === RESULT.unwillingToPerform) return refused('credentials.disabled');
  if (result.code === RESULT.constraintViolation) return refused('credentials.locked');
  if (result.code !== RESULT.invalidCredentials) throw unexpectedResult(result, server, 'bind');
  if (error === POLICY_ERROR.passwordExpired) return { valid: false, reason: 'credentials.password-expired', passwordWasRight: true };
  const state = await readState();
  if (state.disabled) return refused('credentials.disabled');
  if (state.accountExpired) return refused('credentials.account-expired');
  return refused(error === POLICY_ERROR.accountLocked || state.locked ? 'credentials.locked' : 'credentials.wrong');
}

function refused(reason: Extract<VerifyOutcome, { valid: false }>['reason']): VerifyOutcome {
  return { valid: false, reason, passwordWasRight: false };
}

function warningOf(response: PolicyResponse | null): Extract<VerifyOutcome, { valid: true }>['warning'] {
  if (response?.error === POLICY_ERROR.changeAfterReset) return 'must-change';
  if (response?.graceLoginsRemaining !== null && response?.graceLoginsRemaining !== undefined) return 'grace';
  return response?.timeBeforeExpiration !== null && response?.timeBeforeExpiration !== undefined ? 'expires-soon' : 'none';
}
