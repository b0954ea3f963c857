import type { LdapConnection } from '../ldap/connection.ts';
import { allOf, atLeast, atMost, hasBits, not } from '../ldap/filters.ts';
import type { EndSearch, PasswordEnds } from '../ldap/password-ends.ts';
import type { ServerCache } from '../ldap/server-cache.ts';
import { toFiletime } from '../ldap/time.ts';
import { alwaysThere, hiddenAttributes } from './always-there.ts';
import { domainDnOf } from './domain.ts';
import { readMaximumAges } from './policy.ts';
import { FLAG, passwordEndOf } from './status.ts';

/**
 * What is computed at each reading cannot be searched for. So everybody is looked at whose password is as old as the policy with the
 * shortest maximum age demands, the domain's or a fine-grained one, and each is judged by what the server computes for them.
 */
export function activeDirectoryPasswordEnds(cache: ServerCache): PasswordEnds {
  return {
    attributes: [...alwaysThere, 'msDS-UserPasswordExpiryTimeComputed'],
    sees: async (_, entry) => hiddenAttributes(entry).length === 0 && passwordEndOf(entry) !== 'not-told',
    async search(connection: LdapConnection, _, { after, upTo }): Promise<EndSearch> {
      const { ages, isWhole } = await readMaximumAges(connection, domainDnOf(connection), cache);
      if (ages.length === 0) return { filter: null, untold: !isWhole };
      const filter = allOf(
        // 0: has to be changed.
        atLeast('pwdLastSet', after === null ? '1' : toFiletime(after - Math.max(...ages))),
        atMost('pwdLastSet', toFiletime(upTo - Math.min(...ages))),
        ...[FLAG.passwordNeverExpires, FLAG.smartCardRequired].map((flag) => not(hasBits('userAccountControl', flag))),
      );
      return { filter, untold: !isWhole };
    },
    endOf: async (_, entry) => passwordEndOf(entry),
  };
}
