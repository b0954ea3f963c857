import type { WriteOutcome } from '../../core/ports/directory.ts';
import type { LdapEntry } from './entry.ts';

/**
 * Whether userPassword is a link to another service that holds the password: `{SASL}` and a name (OpenLDAP administrator's guide,
 * "Pass-through authentication"). A value that may not be read, as it should not, tells nothing.
 */
export function isHeldElsewhere(entry: LdapEntry): boolean {
  return entry.texts('userPassword').some((value) => /^\{SASL\}/i.test(value));
}

/** A reset would put a password in place of the link, and the one that the other service holds would go on where it is asked. */
export function refusedAsHeldElsewhere(server: string): WriteOutcome {
  const detail = 'userPassword links to another service ({SASL}), and a reset would cut that off: leave such people out by peopleFilter';
  return { done: false, refusal: 'password.change-not-allowed', detail, server };
}
