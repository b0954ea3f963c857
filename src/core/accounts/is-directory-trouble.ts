import { type AppError, isAppError } from '../../../shared/errors.ts';

/** Kinds of errors that say something of a directory, or of how it is configured. */
const KINDS: readonly string[] = ['directory', 'configuration'];

/** Whether a directory could not be asked, or not be opened as it is configured: nothing follows from it for the person it was asked about. */
export function isDirectoryTrouble(error: unknown): error is AppError {
  return isAppError(error) && KINDS.some((kind) => error.code.startsWith(`${kind}.`));
}
