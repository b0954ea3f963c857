import type { FastifyRequest } from 'fastify';
import { plainAddress } from '../core/guard/network-of.ts';

/** What stands for a caller of whom not even the socket tells an address ("this host on this network", RFC 1122 3.2.1.3). */
const UNSPECIFIED = '0.0.0.0';

/**
 * The address of the one who calls, for limits and the audit log: always a valid one. What a trusted proxy forwards counts
 * without port, brackets and zone; where it forwards something that is no address, the proxy itself is the caller.
 */
export function callerAddress(request: FastifyRequest): string {
  return plainAddress(request.ip) ?? plainAddress(request.socket.remoteAddress ?? '') ?? UNSPECIFIED;
}
