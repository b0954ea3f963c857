import type { AccountFingerprint } from '../../core/ports/directory.ts';
import type { LdapEntry } from '../ldap/entry.ts';
import { fromFiletime } from '../ldap/time.ts';
import { valueAlwaysThere } from './always-there.ts';
import { passwordVersion } from './replication-metadata.ts';
import type { ResetMode } from './reset-mode.ts';
import { isLocked } from './status.ts';

export const fingerprintAttributes = [
  'pwdLastSet',
  'lockoutTime',
  'msDS-User-Account-Control-Computed',
  'replPropertyMetaData',
  'msDS-KeyVersionNumber',
] as const;

/**
 * What changes with a write to the password or the lock. A password that must be changed has 0 for its time, before and after another
 * one of the kind is set; the version of the password tells those apart where it may be read: in the replication metadata of the entry,
 * or as msDS-KeyVersionNumber, which the server computes from them (MS-ADTS 3.1.1.4.5.16; Samba 4.17, tried). Where both are hidden
 * nothing is told of it.
 * @param mode how the server that was read does a reset: only in two steps can one stop half-way
 * @throws AppError `directory.no-right` where the time of the password or the computed flags are hidden
 */
export function fingerprintOf(entry: LdapEntry, mode: ResetMode, server: string): AccountFingerprint {
  const pwdLastSet = valueAlwaysThere(entry, 'pwdLastSet', server);
  const passwordSetAt = fromFiletime(pwdLastSet);
  const version = passwordVersion(entry.bytes('replPropertyMetaData')) ?? keyVersion(entry.text('msDS-KeyVersionNumber'));
  return {
    password: version === null ? pwdLastSet : `${pwdLastSet} ${version}`,
    ...(version === null ? {} : { revision: String(version) }),
    // Absent is 0, as it is of whoever was never locked; whether a lock is there is told by `locked`.
    lock: entry.text('lockoutTime') ?? '0',
    locked: isLocked(entry, server),
    passwordSetAt,
    // The first step leaves "must change" behind, the second takes it away.
    ...(mode === 'two-step' && passwordSetAt === null ? { temporary: true as const } : {}),
  };
}

function keyVersion(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null;
}
