import { AppError, type ErrorCode, isAppError } from '../../../shared/errors.ts';
import type { DecoyReason } from '../audit/events.ts';

const CODES = {
  'account-disabled': 'account.disabled',
  'account-expired': 'account.expired',
  'password-not-used': 'account.without-password',
  'recovery-frozen': 'account.frozen',
} as const satisfies Partial<Record<DecoyReason, ErrorCode>>;

/** Every code that `barredError` makes. */
export const BARRED_CODES = ['access.refused', ...Object.values(CODES)] as const;

/**
 * Why nothing can be done for an account, told to who may help it: a caller is on the line, and is to be sent to whoever can put it right.
 * That it is protected, or that its directory does not say, is told as if there were no role. Only for accounts that who asks was found to
 * be allowed to help.
 */
export function barredError(reason: DecoyReason): AppError {
  return new AppError(isTold(reason) ? CODES[reason] : 'access.refused');
}

/** The reason that such an error was made of; null: it is another one, or names none. */
export function barredReason(error: unknown): keyof typeof CODES | null {
  const reasons = Object.keys(CODES) as (keyof typeof CODES)[];
  return reasons.find((reason) => isAppError(error, CODES[reason])) ?? null;
}

const isTold = (reason: DecoyReason): reason is keyof typeof CODES => Object.hasOwn(CODES, reason);
