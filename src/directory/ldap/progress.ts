import { AppError } from '../../../shared/errors.ts';
import type { LdapConnection } from './connection.ts';

/** How far work came on a connection, to judge whether it may be done again elsewhere. */
export interface Progress {
  /** A connection was had. */
  used: boolean;
  /** Something was sent on it that may have had an effect. */
  sent: boolean;
  /** Something was sent on it that writes, and may have been done. */
  wrote: boolean;
  /** Something of it was done. */
  changed: boolean;
}

export function newProgress(): Progress {
  return { used: false, sent: false, wrote: false, changed: false };
}

/** The same work, of which `progress` is told. */
export function tracked<T>(
  work: (connection: LdapConnection) => Promise<T>,
  progress: Progress,
): (connection: LdapConnection) => Promise<T> {
  return async (connection) => {
    progress.used = true;
    const { effects, writes, changes } = connection;
    try {
      return await work(connection);
    } finally {
      progress.sent = connection.effects > effects;
      progress.wrote = connection.writes > writes;
      progress.changed = connection.changes > changes;
    }
  };
}

/** After a first write "nothing was changed" would be a lie. */
export function afterSending(error: AppError, progress: Progress): AppError {
  return progress.wrote ? new AppError('directory.outcome-unknown', error.details, { cause: error }) : error;
}
