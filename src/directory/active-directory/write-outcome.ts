import type { AccountStatus, PasswordRefusal, WriteOutcome } from '../../core/ports/directory.ts';
import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import { type LdapResult, RESULT } from '../ldap/result-codes.ts';
import { unexpectedResult } from '../ldap/translate-error.ts';

/** Win32 codes (MS-ERREF 2.2) that begin the message of a refused write. */
const WIN32 = {
  accessDenied: 0x5,
  invalidPassword: 0x56,
  passwordRestriction: 0x52d,
  accountDisabled: 0x533,
  accountLockedOut: 0x775,
} as const;

/** What was known before the write; helps where a server gives the code alone, as Windows does. */
export interface WriteFacts {
  readonly policy: PasswordPolicy;
  readonly status: Pick<AccountStatus, 'changeableAt'>;
  readonly newPassword: string;
}

/** Beginning of a message: eight hexadecimal digits and a colon; null when it begins otherwise. */
export function win32Code(message: string): number | null {
  const match = /^([0-9a-f]{8}): /i.exec(message);
  return match?.[1] === undefined ? null : Number.parseInt(match[1], 16);
}

/**
 * Samba's own sentences after 0000052D (source4/dsdb/samdb/ldb_modules/password_hash.c, check_password_restrictions). Matched as
 * words, never as numbers; Windows sends none.
 */
const sentences: readonly (readonly [RegExp, PasswordRefusal])[] = [
  [/too young to change/, 'password.too-young'],
  [/already used \(in history\)|previous password/, 'password.in-history'],
  [/password is too short/, 'password.too-short'],
  [/complexity criteria/, 'password.not-complex'],
  [/password check script|password is too simple/i, 'password.quality'],
];

/**
 * The outcome of writing a new password.
 * @throws AppError for answers that say nothing about the password (see `unexpectedResult`)
 */
export function passwordOutcome(result: LdapResult, server: string, facts: WriteFacts): WriteOutcome {
  const outcome = plainOutcome(result, server);
  if (outcome !== null) return outcome;
  const refusal = passwordRefusal(result, facts);
  if (refusal === null) throw unexpectedResult(result, server, 'modify');
  const { changeableAt } = facts.status;
  return {
    done: false,
    refusal,
    detail: result.message,
    server,
    ...(refusal === 'password.too-young' && changeableAt !== null ? { changeableAt } : {}),
  };
}

/** The domain controller looked at the new password and its rules refused it (ERROR_PASSWORD_RESTRICTION). */
export function isPolicyRefusal(result: LdapResult): boolean {
  const codes: readonly number[] = [RESULT.constraintViolation, RESULT.unwillingToPerform];
  return codes.includes(result.code) && win32Code(result.message) === WIN32.passwordRestriction;
}

/** The outcome of writing something else than a password (unlock, must change). Throws as {@link passwordOutcome} does. */
export function attributeOutcome(result: LdapResult, server: string): WriteOutcome {
  const outcome = plainOutcome(result, server);
  if (outcome === null) throw unexpectedResult(result, server, 'modify');
  return outcome;
}

function plainOutcome(result: LdapResult, server: string): WriteOutcome | null {
  const refused = { done: false, detail: result.message, server } as const;
  if (result.code === RESULT.success) return { done: true, server };
  if (result.code === RESULT.insufficientAccessRights) return { ...refused, refusal: 'account.no-right' };
  if (result.code === RESULT.noSuchObject) return { ...refused, refusal: 'account.missing' };
  return null;
}

/** Windows answers a refused password with 19 (change) or 53 (reset); Samba always with 19. */
function passwordRefusal(result: LdapResult, facts: WriteFacts): PasswordRefusal | null {
  if (result.code !== RESULT.constraintViolation && result.code !== RESULT.unwillingToPerform) return null;
  switch (win32Code(result.message)) {
    case WIN32.passwordRestriction:
      return sentences.find(([words]) => words.test(result.message))?.[1] ?? inferred(facts);
    case WIN32.invalidPassword:
      return 'password.old-wrong';
    case WIN32.accountLockedOut:
      return 'password.account-locked';
    case WIN32.accountDisabled:
      return 'password.account-disabled';
    case WIN32.accessDenied:
      return 'password.change-not-allowed';
    default:
      return null;
  }
}

/**
 * Only what is certain is named. A bare code stands for history, names within the password, filters of third parties and minimum age
 * alike, also while the age runs: "too young" ends a recovery, so it is said where the server says so and nowhere else.
 */
function inferred(facts: WriteFacts): PasswordRefusal {
  if (facts.policy.uncertain !== true && facts.newPassword.length < facts.policy.minimumLength) return 'password.too-short';
  if (facts.policy.maximumLength !== null && facts.newPassword.length > facts.policy.maximumLength) return 'password.too-long';
  return 'password.refused';
}
