import { readFileSync } from 'node:fs';
import { AppError } from '../../shared/errors.ts';

/** Reads what a secret reference names. */
export type ResolveSecret = (reference: string) => string;

/**
 * Makes the reader of secret references: `env:NAME` is an environment variable, `file:/path` the first line of a
 * file. The value is read anew each time, so that a changed file counts without a restart of the reader.
 *
 * @throws AppError `configuration.secret-missing` from the reader; it names the reference, never the value
 */
export function createSecretResolver(environment: Record<string, string | undefined>): ResolveSecret {
  return (reference) => {
    const missing = (reason: string, cause?: unknown) => new AppError('configuration.secret-missing', { reference, reason }, { cause });
    if (reference.startsWith('env:')) {
      const value = environment[reference.slice('env:'.length)];
      if (value === undefined) throw missing('the environment variable is not set');
      if (value === '') throw missing('the environment variable is empty');
      return value;
    }
    if (reference.startsWith('file:')) {
      let text: string;
      try {
        text = readFileSync(reference.slice('file:'.length), 'utf8');
      } catch (error) {
        throw missing(describeReadFailure(error), error);
      }
      // A byte order mark is no part of a password; editors on Windows add one.
      const line = text.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] ?? '';
      if (line === '') throw missing('the first line of the file is empty');
      return line;
    }
    // The text itself is not repeated: somebody may have written the secret in place of its reference.
    throw new AppError('configuration.secret-missing', { reason: 'a secret is a reference: env:NAME or file:/absolute/path' });
  };
}

function describeReadFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'the file does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'this process may not read the file';
  if (code === 'EISDIR') return 'it is a folder, not a file';
  return 'the file cannot be read';
}
