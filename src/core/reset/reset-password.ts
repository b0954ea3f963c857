import { normalisePassword } from '../../../shared/password-rules/normalise-password.ts';
import type { WriteRequest, WriteResult } from '../writes/directory-write.ts';
import { runWrites, type WriteDeps } from '../writes/run-writes.ts';

/**
 * Sets a new password on accounts whose owner does not know the old one. The only way to do it, for every caller:
 * self-service today, helpdesk, delegation and the API later. The caller has judged the password by the policy.
 *
 * @param request.password goes to the directory and nowhere else
 * @param request.mustChange the person must choose an own password at the next sign-in
 * @param request.unlock also unlocks, in the same operation where the directory can
 * @throws AppError `directory.*` when nothing could be begun; every later trouble is in the results
 */
export function resetPassword(
  deps: WriteDeps,
  request: WriteRequest & { password: string; unlock: boolean; mustChange?: boolean },
): Promise<WriteResult[]> {
  const { password, ...rest } = request;
  const { mustChange } = rest;
  return runWrites(deps, 'reset-password', rest, (directory, target, options) =>
    directory.resetPassword(target, normalisePassword(password), {
      ...options,
      unlock: request.unlock,
      ...(mustChange === undefined ? {} : { mustChange }),
    }),
  );
}
