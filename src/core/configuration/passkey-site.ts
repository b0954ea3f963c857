import { isIP } from 'node:net';
import { isLoopbackHost } from './check-context.ts';
import type { Configuration } from './document.ts';

/**
 * Why browsers make and use no passkeys at the public address, as a sentence; null: they do. A passkey is for a domain (WebAuthn Level 3,
 * 5.1.3), which the RP ID must be or be a parent of, and pages must come over TLS or from this machine.
 */
export function passkeySiteProblem({ organisation, factors }: Pick<Configuration, 'organisation' | 'factors'>): string | null {
  const { protocol, hostname } = new URL(organisation.publicUrl);
  const { rpId } = factors.passkey;
  if (isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0)
    return 'Passkeys need a name in organisation.publicUrl, not an address of the network';
  if (protocol !== 'https:' && !isLoopbackHost(hostname)) return 'Passkeys need https:// in organisation.publicUrl';
  if (rpId === undefined || rpId === hostname) return null;
  if (!hostname.endsWith(`.${rpId}`))
    return `${rpId} is neither ${hostname}, the host of organisation.publicUrl, nor a parent domain of it`;
  return rpId.includes('.') ? null : `${rpId} is no domain of an organisation: browsers refuse it`;
}
