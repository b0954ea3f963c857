import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError, isAppError } from '../../shared/errors.ts';
import type { Act, ActDeps } from '../core/journey/act.ts';
import type { JourneyKey } from '../core/journey/journey-key.ts';
import { slowDown } from '../core/journey/start-journey.ts';
import { actOf } from './act-of.ts';
import type { HttpDeps } from './http-deps.ts';
import { isBrowser, journeyTokens } from './journey-token.ts';

/** What stands for "the journey of my token". */
const CURRENT = 'current';

/** How the address of a request names a journey. */
export const journeyParams = z.object({
  journey: z
    .string()
    .min(1)
    .max(64)
    .describe('The `journey` of an earlier answer. `current`: the one of the token; of a cookie, which all tabs share, for reading alone.'),
});

type JourneyRequest = FastifyRequest<{ Params: z.infer<typeof journeyParams> }>;

/**
 * Does what the holder of a journey's token asks for. A request without a journey behind it counts against its address;
 * one with a journey never does, so that nobody keeps others behind the same address from theirs.
 */
export async function forJourney<T>(
  deps: HttpDeps,
  request: JourneyRequest,
  work: (acting: ActDeps, key: JourneyKey) => Promise<T>,
): Promise<T> {
  try {
    return await work({ ...deps, act: actOfPage(deps, request) }, keyOf(deps, request));
  } catch (error) {
    if (isAppError(error, 'journey.token-missing') || isAppError(error, 'journey.not-found')) await countStray(deps, request);
    throw error;
  }
}

/**
 * Counts a request that leads to nothing against its address.
 * @throws AppError `guard.slow-down`
 */
export async function countStray(deps: HttpDeps, request: FastifyRequest): Promise<void> {
  const act = actOf(request);
  const decision = await deps.guard.countStray(act.address);
  if (!decision.allowed) throw slowDown(act, decision.retryAt);
}

/** A page says with each request in which language it is shown. Programs say it once, at the start: many send a header by habit. */
function actOfPage(deps: HttpDeps, request: FastifyRequest): Act {
  const language = isBrowser(request, undefined) ? deps.texts.match(request.headers['accept-language']) : null;
  return { ...actOf(request), ...(language === null ? {} : { language }) };
}

/**
 * What a tab shows may be another journey than the one in the browser's cookie: whoever comes by cookie says which one is meant.
 * @throws AppError `journey.token-missing`, `request.malformed` for a cookie and no name
 */
function keyOf(deps: HttpDeps, request: JourneyRequest): JourneyKey {
  const { tokens, shared } = journeyTokens(deps, request);
  const { journey } = request.params;
  if (journey !== CURRENT) return { tokens, id: journey };
  if (shared && request.method !== 'GET') throw new AppError('request.malformed', { path: 'journey' });
  return { tokens, id: null };
}
