import type { LdapSettings } from '../../core/configuration/directory-section.ts';
import { contactAddresses, contactNumbers } from '../../core/enrolment/contact-addresses.ts';
import type { Account } from '../../core/ports/directory.ts';
import type { LdapEntry } from './entry.ts';

/** Attributes to read for the addresses and numbers that count as proofs; none where they do not. */
export function contactAttributes({ contacts }: LdapSettings): readonly string[] {
  return [...(contacts.email?.attributes ?? []), ...(contacts.sms?.attributes ?? [])];
}

/** The addresses and numbers that count as proofs, of an entry that was read with `contactAttributes`. */
export function contactsOf({ contacts }: LdapSettings, entry: LdapEntry): Account['contacts'] {
  const textsOf = (attribute: string) => entry.texts(attribute);
  return { email: contactAddresses(contacts.email ?? null, textsOf), sms: contactNumbers(contacts.sms ?? null, textsOf) };
}
