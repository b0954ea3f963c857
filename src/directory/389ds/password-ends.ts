import { allOf, atMost, equals, not } from '../ldap/filters.ts';
import { type PasswordEnds, seesEach } from '../ldap/password-ends.ts';
import type { ServerCache } from '../ldap/server-cache.ts';
import { toGeneralizedTime } from '../ldap/time.ts';
import { endAttributes, epoch } from './account-status.ts';

/** The server keeps the end of each password on the entry, so that it can be asked for it. */
export function ds389PasswordEnds(cache: ServerCache): PasswordEnds {
  const endsUpTo = (at: number) => atMost('passwordExpirationTime', toGeneralizedTime(at));
  return {
    attributes: endAttributes,
    sees: seesEach(cache, endAttributes),
    async search(_connection, _where, { after, upTo }) {
      const before = after === null ? equals('passwordExpirationTime', epoch) : endsUpTo(after);
      return { filter: allOf(endsUpTo(upTo), not(before)), untold: false };
    },
  };
}
