import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/**
 * The name that a mail server is greeted with (RFC 5321 4.1.1.1 and 2.3.5: a fully qualified domain name of the client). Many
 * servers refuse an address literal or a name without a dot, and inside a container the machine knows no better one.
 * @param configured the setting `mail.ehloName`
 * @param publicUrl address of the portal; its host is taken when it is a real name
 * @param sender bare sender address; its domain is what is left
 */
export function ehloName(configured: string | undefined, publicUrl: string, sender: string): string {
  if (configured !== undefined) return asciiDomain(configured);
  const { hostname } = new URL(publicUrl);
  return isQualifiedName(hostname) ? hostname : asciiDomain(sender.slice(sender.lastIndexOf('@') + 1));
}

/** A domain as it goes over the wire (RFC 5890 A-labels); as it is where it cannot be written so. */
export function asciiDomain(domain: string): string {
  return domainToASCII(domain) || domain;
}

/** RFC 6761 6.3: everything below `localhost` is this machine and says nothing to another one. */
function isQualifiedName(host: string): boolean {
  return host.includes('.') && isIP(host) === 0 && !host.startsWith('[') && !/(^|\.)localhost$/.test(host);
}
