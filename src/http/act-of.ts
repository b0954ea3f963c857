import type { FastifyRequest } from 'fastify';
import type { Act } from '../core/journey/act.ts';
import { callerAddress } from './caller-address.ts';

/** When a request came and from where. */
export function actOf(request: FastifyRequest): Act {
  return { at: request.arrivedAt, address: callerAddress(request) };
}
