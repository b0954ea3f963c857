import type { FastifyRequest } from 'fastify';
import type { HttpDeps } from './http-deps.ts';

/** The language for a caller of whom nothing is known but what the request says. */
export function requestLanguage(deps: Pick<HttpDeps, 'texts'>, request: FastifyRequest): string {
  return deps.texts.pick(request.headers['accept-language']);
}
