import { isAppError } from '../../../shared/errors.ts';
import type { WriteOutcome } from '../../core/ports/directory.ts';

/** An entry that is gone is no failure of a write but its outcome: `directory.account-missing` becomes the refusal `account.missing`. */
export async function missingAsOutcome<T>(write: () => Promise<T>): Promise<T | WriteOutcome> {
  try {
    return await write();
  } catch (error) {
    if (!isAppError(error, 'directory.account-missing')) throw error;
    return { done: false, refusal: 'account.missing', detail: 'no such entry', server: '' };
  }
}
