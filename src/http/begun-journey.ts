import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Client } from '../../shared/api/journeys.ts';
import { type ErrorCode, isAppError } from '../../shared/errors.ts';
import type { ActDeps } from '../core/journey/act.ts';
import type { LoadedJourney } from '../core/journey/journey-state.ts';
import { presentStep, presentTime } from '../core/journey/present-step.ts';
import { actOf } from './act-of.ts';
import { countStray } from './for-journey.ts';
import type { HttpDeps } from './http-deps.ts';
import { isBrowser, setJourneyCookie } from './journey-token.ts';
import { requestLanguage } from './request-language.ts';

interface Begun {
  readonly token: string;
  readonly journey: LoadedJourney;
}

/** Answers with a journey that somebody who is signed in has begun: browsers get its token in a cookie, programs in the answer. */
export async function answerBegun(deps: HttpDeps, request: FastifyRequest, reply: FastifyReply, { token, journey }: Begun) {
  const { id, expiresAt } = journey.row;
  const answer = { journey: id, step: await presentStep(deps, journey), expiresAt: presentTime(expiresAt, 'down') };
  reply.status(201);
  if (!isBrowser(request, undefined)) return { token, ...answer };
  setJourneyCookie(deps, reply, token, expiresAt);
  return answer;
}

/** What whoever opens an address says of themselves. */
interface Opening {
  readonly language: string;
  readonly client: Client;
}

/**
 * Answers with a journey that an address begins which somebody was sent or shown. One that leads nowhere counts against who tries it.
 * @param invalid codes of those that lead nowhere
 * @throws AppError what `open` throws; `guard.slow-down`
 */
export async function answerOpened(
  deps: HttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  invalid: readonly [ErrorCode, ...ErrorCode[]],
  open: (acting: ActDeps, opening: Opening) => Promise<Begun>,
) {
  const opening: Opening = {
    language: requestLanguage(deps, request),
    client: { kind: isBrowser(request, undefined) ? 'web' : 'cli' },
  };
  const begun = await open({ ...deps, act: actOf(request) }, opening).catch(async (error: unknown) => {
    if (isAppError(error, ...invalid)) await countStray(deps, request);
    throw error;
  });
  return answerBegun(deps, request, reply, begun);
}
