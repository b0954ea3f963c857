import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, ERRORS } from '../../shared/errors.ts';
import type { HttpDeps } from './http-deps.ts';
import { type SendPage, wantsPage } from './page-file.ts';
import { asAppError, problemOf } from './problem.ts';
import { requestLanguage } from './request-language.ts';

type ErrorDeps = Pick<HttpDeps, 'log' | 'texts' | 'configuration'>;

/** One place where errors leave: the true reason into the log, a problem document to the caller. */
export function registerErrorHandler(app: FastifyInstance, deps: ErrorDeps, sendPage: SendPage | null): void {
  app.setErrorHandler((error, request, reply) => sendProblem(deps, request, reply, asAppError(error)));
  app.setNotFoundHandler((request, reply) => sendLost(deps, request, reply, new AppError('request.not-found'), sendPage));
}

/** Writes an error into the log and answers with its problem document. */
export function sendProblem(deps: ErrorDeps, request: FastifyRequest, reply: FastifyReply, error: AppError): FastifyReply {
  const { level } = ERRORS[error.code];
  const facts = { request: request.id, route: request.routeOptions?.url ?? 'none', code: error.code, details: error.details };
  deps.log[level]('http.problem', level === 'error' ? { ...facts, error } : facts);
  const problem = problemOf(error, deps.texts, requestLanguage(deps, request), request.id);
  if (problem.retryAfter !== undefined) reply.header('retry-after', problem.retryAfter);
  // The rest of a body that is too large is read past: cut off while sending, a client would not see why.
  if (error.code === 'request.too-large') reply.removeHeader('connection');
  return reply.status(problem.status).header('content-type', 'application/problem+json').send(JSON.stringify(problem));
}

/** Answers for an address that leads nowhere or cannot be read: people get a page that says so, programs a problem document. */
export function sendLost(
  deps: ErrorDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  error: AppError,
  sendPage: SendPage | null,
): FastifyReply {
  const isPage = sendPage !== null && wantsPage(request);
  return isPage ? sendPage(request, reply, ERRORS[error.code].status) : sendProblem(deps, request, reply, error);
}
