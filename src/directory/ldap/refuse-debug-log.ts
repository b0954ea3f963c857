import { debuglog } from 'node:util';
import { AppError } from '../../../shared/errors.ts';

/**
 * Refuses to work in a process that was started with NODE_DEBUG=ldapts: the library would then print modify and password-modify
 * requests, new passwords included. Node reads the variable once at start, so taking it away here would change nothing.
 * @throws AppError `settings.invalid`
 */
export function refuseDebugLog(): void {
  if (!debuglog('ldapts').enabled) return;
  throw new AppError('settings.invalid', {
    setting: 'NODE_DEBUG',
    problem: 'NODE_DEBUG includes ldapts, which prints passwords',
    fix: 'Start Keyturn without ldapts in NODE_DEBUG.',
  });
}
