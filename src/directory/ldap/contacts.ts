import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import { contactAddresses } from '../../core/enrolment/contact-addresses.ts';
import type { Account } from '../../core/ports/directory.ts';
import type { LdapEntry } from './entry.ts';

/** Attributes to read for the addresses that count as proofs; none where they do not. */
export function contactAttributes({ contacts }: LdapSettings): readonly string[] {
  return contacts.email?.attributes ?? [];
}

/** The addresses that count as proofs, of an entry that was read with `contactAttributes`. */
export function contactsOf({ contacts }: LdapSettings, entry: LdapEntry): Account['contacts'] {
  return { email: contactAddresses(contacts.email ?? null, (attribute) => entry.texts(attribute)) };
}
