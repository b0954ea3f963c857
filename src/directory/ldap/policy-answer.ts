import type { PasswordRefusal, WriteOutcome } from '../../core/ports/directory.ts';
import type { VerifyOutcome } from '../../core/ports/verify-outcome.ts';
import type { LdapConnection } from './connection.ts';
import { POLICY_ERROR, PolicyControl, type PolicyResponse } from './password-policy-control.ts';
import { type LdapResult, RESULT, saysReadOnly, succeeded } from './result-codes.ts';
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
 * Why a password was not written. A closed list of result codes and words of the control; whatever is not in it says something about
 * the server, and never counts as a word about the password.
 *
 * - 19: the password is refused, for the reason in the control or for none that is told
 * - 50: a right is missing. Of the service account that is a fault of the installation, of a person it is policy
 * - 53: the reason in the control. Without one a service account is told of a server that takes no writes now (a replica, a database
 *   that is read-only), a person of a rule
 * - 49, to a person: the old password that came with the request
 *
 * @param by who asked
 * @throws AppError for every other answer
 */
export function explainRefusal(answer: PolicyAnswer, by: 'service' | 'person', operation: string): Refusal {
  const { result, response, server } = answer;
  const error = response?.error ?? null;
  // A reset brings no old password: whoever demands it refuses the service account, and not the password.
  const refusesService = by === 'service' && error === POLICY_ERROR.mustSupplyOldPassword;
  const told: Refusal | undefined = refusesService ? 'account.no-right' : error === null ? undefined : refusals[error];
  if (saysReadOnly(result)) throw unexpectedResult(result, server, operation);
  switch (result.code) {
    case RESULT.noSuchObject:
      return 'account.missing';
    case RESULT.insufficientAccessRights:
      // 389 DS adds passwordModNotAllowed to a missing right too, so the control tells nothing here.
      return by === 'service' ? 'account.no-right' : 'password.change-not-allowed';
    case RESULT.constraintViolation:
      return told ?? 'password.refused';
    case RESULT.unwillingToPerform:
      if (told !== undefined) return told;
      if (by === 'person') return 'password.refused';
      break;
    case RESULT.invalidCredentials:
      if (by === 'person') return 'password.old-wrong';
      break;
    default:
  }
  throw unexpectedResult(result, server, operation);
}

/** What the state of an account says about a bind that was refused without a reason; null: not known. */
export interface LockState {
  readonly locked: boolean | null;
  readonly disabled: boolean | null;
  readonly accountExpired: boolean | null;
}

/** Why one kind of server refuses a bind with a code of its own; `text` is looked for in its words where one code has several meanings. */
export interface BindRefusal {
  readonly code: number;
  readonly text: RegExp;
  readonly reason: Extract<VerifyOutcome, { valid: false }>['reason'];
}

/**
 * What a simple bind of a person means: 49 with the reason in the control, if at all, or what the kind of server lists. Whatever is
 * not listed says something about the server and not about the person. An expired password is only looked at after it was found
 * right, by OpenLDAP and 389 DS.
 *
 * @param readState asked where the answer leaves the reason open
 * @throws AppError for results that say nothing about the person
 */
export async function explainBind(
  answer: PolicyAnswer,
  readState: () => Promise<LockState>,
  listed: readonly BindRefusal[] = [],
): Promise<VerifyOutcome> {
  const { result, response, server } = answer;
  if (succeeded(result)) return { valid: true, warning: warningOf(response) };
  const error = response?.error ?? null;
  const wrong = result.code === RESULT.invalidCredentials;
  const told = wrong || result.code === RESULT.constraintViolation || result.code === RESULT.unwillingToPerform ? error : null;
  if (told === POLICY_ERROR.passwordExpired) return { valid: false, reason: 'credentials.password-expired', passwordWasRight: wrong };
  const own = listed.find(({ code, text }) => code === result.code && text.test(result.message));
  if (own !== undefined) return refused(own.reason);
  if (told === POLICY_ERROR.changeAfterReset) return refused('credentials.must-change');
  if (!wrong && told !== POLICY_ERROR.accountLocked) throw unexpectedResult(result, server, 'bind');
  const state = await readState();
  if (state.disabled) return refused('credentials.disabled');
  if (state.accountExpired) return refused('credentials.account-expired');
  return refused(told === POLICY_ERROR.accountLocked || state.locked ? 'credentials.locked' : 'credentials.wrong');
}

function refused(reason: Extract<VerifyOutcome, { valid: false }>['reason']): VerifyOutcome {
  return { valid: false, reason, passwordWasRight: false };
}

function warningOf(response: PolicyResponse | null): Extract<VerifyOutcome, { valid: true }>['warning'] {
  if (response?.error === POLICY_ERROR.changeAfterReset) return 'must-change';
  if (response?.graceLoginsRemaining !== null && response?.graceLoginsRemaining !== undefined) return 'grace';
  return response?.timeBeforeExpiration !== null && response?.timeBeforeExpiration !== undefined ? 'expires-soon' : 'none';
}
