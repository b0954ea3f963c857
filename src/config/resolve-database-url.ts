import { join } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import type { ResolveSecret } from './resolve-secret.ts';
import type { Settings } from './settings.ts';

/**
 * The address of the database: as given, behind its reference, or the SQLite file of the data directory.
 *
 * @throws AppError `configuration.secret-missing` or, when a reference leads to something else, `settings.invalid`
 */
export function resolveDatabaseUrl(settings: Settings, resolveSecret: ResolveSecret): string {
  const { url } = settings.database;
  if (url === undefined) return `sqlite:${join(settings.dataDirectory, 'keyturn.sqlite')}`;
  if (!/^(env|file):/.test(url)) return url;
  const value = resolveSecret(url);
  if (/^(sqlite:.|postgres(ql)?:\/\/.)/.test(value)) return value;
  throw new AppError('settings.invalid', { problems: [`database.url: ${url} holds neither sqlite:PATH nor postgres://…`] });
}

/** The address for people and logs: without user information and without parameters, either may hold a password. */
export function describeDatabaseUrl(url: string): string {
  if (url.startsWith('sqlite:')) return url;
  // Up to the last @: a password with an unescaped / or @ in it must not show either.
  return url.replace(/^([a-z]+:\/\/).*@/s, '$1').replace(/[?#].*$/s, '');
}

/** The file of an SQLite database; null for a database on a server or in memory. */
export function databaseFile(url: string): string | null {
  return url.startsWith('sqlite:') && url !== 'sqlite::memory:' ? url.slice('sqlite:'.length) : null;
}
