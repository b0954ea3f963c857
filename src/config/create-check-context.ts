import { readFileSync } from 'node:fs';
import { isAppError } from '../../shared/errors.ts';
import { authorityProblem } from '../core/configuration/authority-file.ts';
import type { CheckContext } from '../core/configuration/check-context.ts';
import type { ResolveSecret } from './resolve-secret.ts';

/** Lets the configuration check look at the secrets and files of this machine. */
export function createCheckContext(
  resolveSecret: ResolveSecret,
  demo: boolean,
  sectionProblems: CheckContext['sectionProblems'],
): CheckContext {
  return {
    demo,
    sectionProblems,
    secretProblem(reference) {
      try {
        resolveSecret(reference);
        return null;
      } catch (error) {
        if (isAppError(error, 'configuration.secret-missing')) return String(error.details.reason);
        throw error;
      }
    },
    authorityFileProblem(path) {
      try {
        return authorityProblem(readFileSync(path));
      } catch (error) {
        const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        return missing ? 'the file does not exist' : 'this process may not read the file';
      }
    },
  };
}
