import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { inNetworks } from '../core/proof/networks.ts';
import { randomId } from '../core/random-id.ts';
import { answerClientErrors } from './client-errors.ts';
import { registerErrorHandler, sendLost } from './error-handler.ts';
import { registerArrival } from './hooks/arrival.ts';
import { type IsOwn, registerOriginCheck } from './hooks/check-origin.ts';
import { registerJsonBodies } from './hooks/json-bodies.ts';
import { registerLastAnswers } from './hooks/last-answers.ts';
import { registerSecurityHeaders, securityHeaders } from './hooks/security-headers.ts';
import { registerSettledAnswers } from './hooks/settled-answers.ts';
import { warnOfUntrustedProxy } from './hooks/warn-of-untrusted-proxy.ts';
import type { HttpDeps } from './http-deps.ts';
import { createPageSender, type SendPage } from './page-file.ts';
import { asAppError } from './problem.ts';

/** More than any answer of the protocol needs: a password of 1,024 characters fits four times over. */
const BODY_LIMIT = 16 * 1024;

/** What every door needs, with or without a configuration of its own. */
export type DoorDeps = Pick<
  HttpDeps,
  'pages' | 'texts' | 'configuration' | 'log' | 'clock' | 'random' | 'store' | 'trustedProxies' | 'onResponse'
>;

/**
 * What all doors have: limits, headers, errors, and the hooks that every request passes. No routes yet.
 * @param isOwn whether a request of a browser comes from our own pages
 */
export async function createBaseApp(deps: DoorDeps, isOwn: IsOwn): Promise<{ app: FastifyInstance; sendPage: SendPage | null }> {
  const headers = securityHeaders(deps);
  const sendPage = createPageSender(deps);
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    trustProxy: deps.trustedProxies.length > 0 ? inNetworks(deps.trustedProxies) : false,
    genReqId: () => randomId(deps.random),
    requestTimeout: 30_000,
    // Addresses that cannot be parsed never reach a route or a hook.
    frameworkErrors: (error, request, reply) => {
      reply.headers(headers);
      sendLost(deps, request, reply, asAppError(error), sendPage);
    },
    clientErrorHandler: answerClientErrors(deps, headers),
    // Unfinished requests at shutdown get their answer (hooks/last-answers.ts); idle connections are closed.
    forceCloseConnections: 'idle',
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  registerErrorHandler(app, deps, sendPage);
  registerArrival(app, deps);
  registerLastAnswers(app);
  const { onResponse } = deps;
  if (onResponse !== undefined) {
    app.addHook('onResponse', async (request, reply) => {
      // How long somebody looks on says nothing of how fast we are.
      if (String(reply.getHeader('content-type')).startsWith('text/event-stream')) return;
      onResponse(request.method, request.routeOptions.url ?? 'unknown', reply.statusCode, reply.elapsedTime / 1000);
    });
  }
  registerSecurityHeaders(app, headers);
  registerSettledAnswers(app, deps);
  registerOriginCheck(app, isOwn);
  warnOfUntrustedProxy(app, deps);
  registerJsonBodies(app);
  await app.register(cookie);
  return { app, sendPage };
}
