import { accountKey } from '../accounts/candidate.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Keys } from '../ports/platform.ts';
import { networkOf } from './network-of.ts';

/** What a journey keeps of the token in a browser's cookie. */
export function deviceDigest(keys: Keys, token: string): string {
  return keys.digest('known-place', `device|${token}`);
}

/**
 * The places of a request as an account remembers them: keyed digests that say nothing without the key, and that differ for each
 * account, so that the database does not tell who shares a network or a device.
 */
export function placesOf(
  keys: Keys,
  account: AccountRef,
  address: string,
  device: string | null,
): { network: string; device: string | null } {
  const owner = accountKey(account);
  return {
    network: keys.digest('known-place', `${owner}|network|${networkOf(address)}`),
    device: device === null ? null : keys.digest('known-place', `${owner}|device|${device}`),
  };
}
