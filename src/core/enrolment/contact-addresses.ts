import { domainToASCII } from 'node:url';
import { mailAddressKey, readMailAddress } from './mail-address.ts';
import { readPhoneNumber } from './phone-number.ts';

/** More than this of a kind no person has, and each gets a code of its own. */
const MOST = 5;

/** Which attributes of a directory hold addresses that codes are sent to, and which of the addresses do not count. */
export interface ContactSettings {
  readonly attributes: readonly string[];
  readonly exceptDomains: readonly string[];
}

/**
 * The addresses of a person in the values of configured attributes, in their order, each once. `proxyAddresses` of Active Directory has
 * the protocol in front of each (`smtp:`, `SMTP:` for the first one); other protocols are none of ours. What is no address is left out.
 * @param settings null: addresses of the directory do not count
 */
export function contactAddresses(settings: ContactSettings | null, valuesOf: (attribute: string) => readonly string[]): string[] {
  if (settings === null) return [];
  const except = new Set(settings.exceptDomains.map((domain) => domainToASCII(domain)));
  const byKey = new Map<string, string>();
  for (const value of settings.attributes.flatMap((attribute) => valuesOf(attribute))) {
    const address = readMailAddress(value.replace(/^smtp:/i, ''));
    if (address === null) continue;
    const key = mailAddressKey(address);
    if (!byKey.has(key) && !except.has(key.slice(key.lastIndexOf('@') + 1))) byKey.set(key, address);
  }
  return [...byKey.values()].slice(0, MOST);
}

/** Which attributes of a directory hold telephone numbers that codes are sent to, and of which countries they count. */
export interface ContactNumberSettings {
  readonly attributes: readonly string[];
  readonly countries: readonly string[];
}

/**
 * The mobile numbers of a person in the values of configured attributes, as E.164, in their order, each once. What is none of the
 * countries, no mobile number or no number is left out: directories hold whatever people wrote.
 * @param settings null: numbers of the directory do not count
 */
export function contactNumbers(settings: ContactNumberSettings | null, valuesOf: (attribute: string) => readonly string[]): string[] {
  if (settings === null) return [];
  const read = settings.attributes.flatMap((attribute) => valuesOf(attribute)).map((value) => readPhoneNumber(value, settings.countries));
  return [...new Set(read.flatMap((found) => ('number' in found ? [found.number] : [])))].slice(0, MOST);
}
