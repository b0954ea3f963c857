import type { VerifyOutcome, VerifyRefusal } from '../../core/ports/verify-outcome.ts';
import { type LdapResult, RESULT } from '../ldap/result-codes.ts';

interface Refusal {
  readonly reason: VerifyRefusal;
  readonly passwordWasRight: boolean;
}

/**
 * Win32 error codes (MS-ERREF 2.2) that stand after "data" when a sign-in is refused, in hexadecimal, and speak of the account or its
 * password. The password is looked at before expiry, disabling and must-change, so those three prove it right; a lock is looked at
 * before and proves nothing. The list is closed: any other code (51f no logon servers, 568 too many groups, 6f7, 80090346 channel
 * binding ...) is trouble of the server, and a person must not hear of it as of a wrong password.
 */
const refusals: Readonly<Record<string, Refusal>> = {
  '525': { reason: 'credentials.wrong', passwordWasRight: false }, // ERROR_NO_SUCH_USER
  '52e': { reason: 'credentials.wrong', passwordWasRight: false }, // ERROR_LOGON_FAILURE
  '52f': { reason: 'credentials.not-allowed-now', passwordWasRight: false }, // ERROR_ACCOUNT_RESTRICTION
  '530': { reason: 'credentials.not-allowed-now', passwordWasRight: false }, // ERROR_INVALID_LOGON_HOURS
  '531': { reason: 'credentials.not-allowed-here', passwordWasRight: false }, // ERROR_INVALID_WORKSTATION
  '532': { reason: 'credentials.password-expired', passwordWasRight: true }, // ERROR_PASSWORD_EXPIRED
  '533': { reason: 'credentials.disabled', passwordWasRight: true }, // ERROR_ACCOUNT_DISABLED
  '569': { reason: 'credentials.not-allowed-here', passwordWasRight: false }, // ERROR_LOGON_TYPE_NOT_GRANTED
  '701': { reason: 'credentials.account-expired', passwordWasRight: false }, // ERROR_ACCOUNT_EXPIRED
  '773': { reason: 'credentials.must-change', passwordWasRight: true }, // ERROR_PASSWORD_MUST_CHANGE
  '775': { reason: 'credentials.locked', passwordWasRight: false }, // ERROR_ACCOUNT_LOCKED_OUT
};

/** The shape of the whole message: the same digits elsewhere in it (DSID, build) mean something else. */
const message = /^[0-9a-f]{8}: LdapErr: DSID-[0-9a-f]+, comment: AcceptSecurityContext error, data ([0-9a-f]+), v[0-9a-f]+$/i;

/** The code after "data" of a refused sign-in, lower case; null: the server gave none. */
export function signInCode(result: LdapResult): string | null {
  return message.exec(result.message)?.[1]?.toLowerCase() ?? null;
}

/**
 * What a bind as the person says about the password. null: the answer is about something else (no encryption, server shutting down,
 * a code of the server's own troubles) and says nothing about it. Without any text the result code 49 stands for itself: the
 * credentials are wrong (RFC 4511 appendix A.2).
 */
export function bindOutcome(result: LdapResult): VerifyOutcome | null {
  if (result.code === RESULT.success) return { valid: true, warning: 'none' };
  if (result.code !== RESULT.invalidCredentials) return null;
  if (result.message === '') return { valid: false, reason: 'credentials.wrong', passwordWasRight: false };
  const refusal = refusals[signInCode(result) ?? ''];
  return refusal === undefined ? null : { valid: false, ...refusal };
}
