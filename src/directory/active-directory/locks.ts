import { isAppError } from '../../../shared/errors.ts';
import type { AccountRef } from '../../core/ports/directory.ts';
import type { DirectoryBase } from '../ldap/directory-base.ts';
import { serverRole } from '../ldap/server-role.ts';
import { guidDn } from './guid.ts';
import { isLocked } from './status.ts';

/** What the writable domain controllers tell of a lock. */
export interface Locks {
  /** null: no one tells of a lock, and at least one could not be asked. */
  readonly locked: boolean | null;
  /** Identity of the first one on which the account is locked. */
  readonly lockedOn: string | null;
}

/**
 * Asks each writable domain controller whether an account is locked: each counts failures by itself, and a lock reaches the others only
 * with the next replication, or never where that is broken (badPwdCount is not replicated, MS-ADA1).
 */
export async function readLocks(base: Pick<DirectoryBase, 'servers' | 'fetchByName'>, ref: AccountRef): Promise<Locks> {
  const answers = await base.servers.readEach(async (connection) => {
    // What one that is read-only knows cannot be ended there.
    if (serverRole(connection.rootDse).readOnly) return false;
    try {
      const entry = await base.fetchByName(connection, ref, guidDn(ref.id), { attributes: ['msDS-User-Account-Control-Computed'] });
      return isLocked(entry, connection.server);
    } catch (error) {
      // It has not heard of the account yet, so nobody was refused there either.
      if (isAppError(error, 'directory.account-missing')) return false;
      throw error;
    }
  });
  const lockedOn = answers.find((answer) => answer?.told === true)?.server ?? null;
  if (lockedOn !== null) return { locked: true, lockedOn };
  return { locked: answers.includes(null) ? null : false, lockedOn };
}
