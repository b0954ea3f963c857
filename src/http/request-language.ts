import type { FastifyRequest } from 'fastify';
import { chooseLanguage } from '../core/configuration/choose-language.ts';
import type { HttpDeps } from './http-deps.ts';

/** The language for a caller of whom nothing is known but what the request says. */
export function requestLanguage(deps: Pick<HttpDeps, 'texts' | 'configuration'>, request: FastifyRequest): string {
  return chooseLanguage(deps, request.headers['accept-language']);
}
