import { AppError } from '../../shared/errors.ts';
import { isMailAddress } from '../../shared/mail-address.ts';
import { asciiDomain } from './ehlo-name.ts';

/** Sender as it is written into a message: a name for people and the bare address. */
export interface Mailbox {
  name: string;
  address: string;
}

/** Control characters, and what Unicode calls line and paragraph separators. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** Header text on one line: every run of control characters (CR and LF among them) becomes one space. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, ' ').trim();
}

/**
 * Checks that `address` names exactly one mailbox and cannot carry a second recipient or a header line.
 * @throws AppError `mail.refused`: no later try can succeed
 */
export function checkAddress(address: string): string {
  if (!isMailAddress(address)) throw new AppError('mail.refused', { reason: 'address-malformed', to: maskAddress(address) });
  return address;
}

/**
 * Reads a sender such as `Keyturn <keyturn@example.com>` or a bare address.
 * @throws AppError `configuration.invalid`
 */
export function parseMailbox(text: string): Mailbox {
  const named = /^(.*)<([^<>]*)>$/su.exec(text.trim());
  const name = oneLine(named?.[1] ?? '').replace(/^"(.*)"$/u, '$1');
  const address = (named?.[2] ?? text).trim();
  if (!isMailAddress(address)) throw new AppError('configuration.invalid', { path: 'mail.from', reason: 'not a mailbox' });
  return { name, address };
}

/**
 * Message-ID of RFC 5322 3.6.4 from a stable id: the same id always gives the same header, so that a message that was
 * sent twice is recognised as one. The right side is the sender's domain, in ASCII: RFC 5322
 * knows nothing else, and a header is no envelope in which a server could offer to take more.
 * @throws AppError `mail.refused` when the id holds anything but letters, digits, dot, dash and underscore
 */
export function messageIdHeader(id: string, from: Mailbox): string {
  if (!/^[A-Za-z0-9._-]{1,200}$/.test(id)) throw new AppError('mail.refused', { reason: 'message-id-malformed' });
  return `<${id}@${asciiDomain(from.address.slice(from.address.lastIndexOf('@') + 1))}>`;
}

/** Enough of an address for an operator to follow a complaint, too little to collect addresses from a log: `a***@example.com`. */
export function maskAddress(address: string): string {
  const clean = oneLine(address);
  const at = clean.lastIndexOf('@');
  if (at < 1) return '***';
  return `${[...clean][0]}***${clean.slice(at, at + 80)}`;
}

/** Masks everything in a foreign text that looks like an address, and shortens it. */
export function maskAddressesIn(text: string): string {
  return oneLine(text)
    .replace(/[^\s<>"'(),;:]+@/gu, '***@')
    .slice(0, 200);
}
