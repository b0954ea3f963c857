import { AppError } from '../../../shared/errors.ts';
import { canBeCode, plainCode } from '../../../shared/plain-code.ts';

/**
 * Digits that somebody was to hear and type, as they were meant. To be asked for before a try is counted: what cannot be them by its form is
 * a slip, such as a number of another length that stands on the same page, and no guess.
 * @throws AppError `request.digits-unlike`
 */
export function requireDigits(expected: string, typed: string): string {
  if (!canBeCode(typed, expected.length)) throw new AppError('request.digits-unlike');
  return plainCode(typed);
}
