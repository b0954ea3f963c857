import { isAppError } from '../../../shared/errors.ts';
import type { Trouble } from '../ports/directory-finder.ts';

/**
 * Sends a message that somebody wants to try, at once and past the queue: they wait for what becomes of it.
 * @param send rejects with an AppError, whose `problem` (or `problems`) and `fix` say in words what was in the way
 * @returns why it was not taken; null: it was
 */
export async function troubleOf(send: () => Promise<void>): Promise<Trouble | null> {
  try {
    await send();
    return null;
  } catch (error) {
    if (!isAppError(error)) throw error;
    const { problem, problems, reason, fix } = error.details;
    return { code: error.code, problem: String(problem ?? problems ?? reason ?? ''), fix: String(fix ?? '') };
  }
}
