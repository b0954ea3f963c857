import { domainToASCII } from 'node:url';
import { isMailAddress } from '../../../shared/mail-address.ts';

/** A label of a host name (RFC 1123 2.1), in ASCII; underscores are met in private networks. */
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * Reads an address as somebody typed or exported it: without white space around it, its domain in small letters.
 * @returns null: no address that mail can be sent to (RFC 5321 4.5.3.1: 64 octets before the `@`, 255 behind it)
 */
export function readMailAddress(text: string): string | null {
  const address = text.trim().normalize('NFC');
  if (!isMailAddress(address)) return null;
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1).toLowerCase();
  if (Buffer.byteLength(local) > 64 || /^\.|\.$|\.\./.test(local)) return null;
  const ascii = domainToASCII(domain);
  if (ascii === '' || ascii.length > 253 || !ascii.split('.').every((label) => LABEL.test(label))) return null;
  return `${local}@${domain}`;
}

/** The same for all spellings that name one mailbox: capitals do not count, nor how a domain outside of ASCII is written. */
export function mailAddressKey(address: string): string {
  const key = address.trim().normalize('NFC').toLowerCase();
  const at = key.lastIndexOf('@');
  const domain = key.slice(at + 1);
  return `${key.slice(0, at + 1)}${domainToASCII(domain) || domain}`;
}
