import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LoadedJourney } from '../core/journey/journey-state.ts';
import { presentStep, presentTime } from '../core/journey/present-step.ts';
import type { HttpDeps } from './http-deps.ts';
import { isBrowser, setJourneyCookie } from './journey-token.ts';

/** Answers with a journey that somebody who is signed in has begun: browsers get its token in a cookie, programs in the answer. */
export async function answerBegun(
  deps: HttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { token, journey }: { token: string; journey: LoadedJourney },
) {
  const { id, expiresAt } = journey.row;
  const answer = { journey: id, step: await presentStep(deps, journey), expiresAt: presentTime(expiresAt, 'down') };
  reply.status(201);
  if (!isBrowser(request, undefined)) return { token, ...answer };
  setJourneyCookie(deps, reply, token, expiresAt);
  return answer;
}
