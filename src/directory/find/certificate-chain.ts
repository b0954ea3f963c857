import { X509Certificate } from 'node:crypto';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import type { ShownCertificate } from '../../core/ports/directory-finder.ts';
import { requestStartTls } from '../ldap/start-tls.ts';
import { serverAddress, tlsOptions } from '../ldap/tls-options.ts';
import { connectTimedOut, translateConnectError } from '../ldap/translate-error.ts';
import type { Candidate } from './find-servers.ts';

/** What a server showed, and why it would not be trusted: null, where it would be. */
export interface SeenChain {
  readonly chain: readonly ShownCertificate[];
  readonly refusal: ReturnType<typeof translateConnectError> | null;
}

/** Certificates above each other; a chain longer than that is none. */
const LONGEST = 8;

/**
 * Agrees on TLS with whoever answers, looks at the certificates, and hangs up. Nothing is sent.
 * @param limit milliseconds
 * @throws AppError `directory.unreachable`, `directory.tls-failed`
 */
export async function lookAtChain({ url, startTls }: Candidate, authority: string | undefined, limit: number): Promise<SeenChain> {
  const ca = authority === undefined ? {} : { ca: authority };
  const options = tlsOptions({ ...ca, startTls, verify: 'trial-without-verification' }, url);
  const { host, port } = serverAddress(url);
  const sockets: Socket[] = [];
  const keep = <T extends Socket>(socket: T): T => {
    socket.on('error', () => {});
    sockets.push(socket);
    return socket;
  };
  const agree = async (): Promise<TLSSocket> => {
    if (!startTls) return once(keep(connectSecure(port, host, options)), 'secureConnect');
    const plain = await once(keep(connectPlain(port, host)), 'connect');
    await requestStartTls(plain, url);
    return once(keep(connectSecure({ ...options, socket: plain })), 'secureConnect');
  };
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(connectTimedOut(url)), limit);
  });
  try {
    const agreed = agree();
    agreed.catch(() => {});
    const socket = await Promise.race([agreed, tooLong]);
    const refused = socket.authorized ? null : socket.authorizationError;
    return {
      chain: shown(socket.getPeerCertificate(true)),
      refusal: refused === null ? null : translateConnectError(asError(refused), url),
    };
  } catch (error) {
    throw translateConnectError(error, url);
  } finally {
    clearTimeout(timer);
    // The one on top first: Node 24 crashes when the socket below a TLS socket goes away before it.
    for (const socket of sockets.toReversed()) socket.destroy();
  }
}

/** Node gives the code of the refusal alone, or the error itself. */
function asError(refused: unknown): Error {
  return refused instanceof Error ? refused : Object.assign(new Error(String(refused)), { code: String(refused) });
}

function once<T extends Socket>(socket: T, event: 'connect' | 'secureConnect'): Promise<T> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve(socket));
    socket.once('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  });
}

function shown(first: DetailedPeerCertificate): ShownCertificate[] {
  const chain: ShownCertificate[] = [];
  const seen = new Set<string>();
  for (
    let next: DetailedPeerCertificate | undefined = first;
    next?.raw !== undefined && chain.length < LONGEST;
    next = next.issuerCertificate
  ) {
    if (seen.has(next.fingerprint256)) break;
    seen.add(next.fingerprint256);
    chain.push(toShown(new X509Certificate(next.raw)));
  }
  return chain;
}

function toShown(certificate: X509Certificate): ShownCertificate {
  return {
    subject: named(certificate.subject),
    issuer: named(certificate.issuer),
    validFrom: Date.parse(certificate.validFrom),
    validUntil: Date.parse(certificate.validTo),
    fingerprint: certificate.fingerprint256,
    isRoot: certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey),
    pem: certificate.toString(),
  };
}

/** OpenSSL puts each part on a line of its own, the most general first. */
function named(name: string): string {
  return name.split('\n').reverse().join(', ');
}
