import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  ANSWERS,
  answerResponseSchema,
  currentResponseSchema,
  passwordCheckRequestSchema,
  passwordCheckResponseSchema,
  problemSchema,
  type Step,
  startRequestSchema,
  startResponseSchema,
} from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import { answerStep } from '../../core/journey/answer-step.ts';
import { cancelJourney } from '../../core/journey/cancel-journey.ts';
import { checkPassword } from '../../core/journey/check-password.ts';
import { currentStep } from '../../core/journey/current-step.ts';
import type { LoadedJourney } from '../../core/journey/journey-state.ts';
import { presentStep } from '../../core/journey/present-step.ts';
import { slowDown, startJourney } from '../../core/journey/start-journey.ts';
import { presentVerdicts } from '../../core/password-policy/present.ts';
import type { HttpDeps } from '../http-deps.ts';
import { clearJourneyCookie, isBrowser, journeyToken, setJourneyCookie } from '../journey-token.ts';
import { problemOf } from '../problem.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const stepParams = z.object({ step: z.string().min(1).max(64) });
const anyAnswer = z.union(Object.values(ANSWERS) as [(typeof ANSWERS)['choose-factor'], ...(typeof ANSWERS)['code'][]]);

/** `/api/v1/journeys`: the recovery journey, one protocol for every client. */
export function journeyRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const expiry = (journey: LoadedJourney) => new Date(journey.row.expiresAt).toISOString();

  async function countAnswer(address: string): Promise<void> {
    const decision = await deps.guard.countAnswer(address);
    if (!decision.allowed) throw slowDown(deps, decision.retryAt);
  }

  return async (app) => {
    app.post(
      '/journeys',
      { schema: { summary: 'Start a journey', body: startRequestSchema, response: { 201: startResponseSchema, ...problems } } },
      async (request, reply) => {
        const { goal, account, locale, client } = request.body;
        const browser = isBrowser(request, client);
        const language = deps.texts.pick(locale ?? request.headers['accept-language'] ?? deps.configuration().organisation.defaultLanguage);
        const started = await startJourney(deps, {
          goal,
          account,
          language,
          client: client ?? { kind: browser ? 'web' : 'cli' },
          address: request.ip,
        });
        const answer = { step: await presentStep(deps, started.journey), expiresAt: expiry(started.journey) };
        reply.status(201);
        if (!browser) return { token: started.token, ...answer };
        setJourneyCookie(deps, reply, started.token, started.journey.row.expiresAt);
        return answer;
      },
    );

    app.get(
      '/journeys/current',
      { schema: { summary: 'Where the journey stands', response: { 200: currentResponseSchema, ...problems } } },
      async (request) => {
        const journey = await currentStep(deps, journeyToken(deps, request));
        return { step: await presentStep(deps, journey), expiresAt: expiry(journey) };
      },
    );

    app.post(
      '/journeys/current/steps/:step',
      {
        schema: {
          summary: 'Answer the current step',
          params: stepParams,
          body: anyAnswer,
          response: { 200: answerResponseSchema, ...problems },
        },
      },
      async (request, reply) => {
        await countAnswer(request.ip);
        const answered = await answerStep(deps, journeyToken(deps, request), request.params.step, request.body);
        const step = await presentStep(deps, answered.journey, answered.verdicts);
        if (!answered.passed) return { step };
        return reply
          .status(409)
          .header('content-type', 'application/problem+json')
          .send(stepPassed(deps, answered.journey, step, request.id) as never);
      },
    );

    app.post(
      '/journeys/current/password-check',
      {
        schema: {
          summary: 'Judge a password while it is typed',
          body: passwordCheckRequestSchema,
          response: { 200: passwordCheckResponseSchema, ...problems },
        },
      },
      async (request) => {
        await countAnswer(request.ip);
        const { journey, verdicts, acceptable } = await checkPassword(deps, journeyToken(deps, request), request.body.password);
        return { verdicts: presentVerdicts(verdicts, deps.texts, journey.state.language), acceptable };
      },
    );

    app.delete(
      '/journeys/current',
      { schema: { summary: 'Cancel the journey', response: { 204: z.null(), ...problems } } },
      async (request, reply) => {
        await cancelJourney(deps, journeyToken(deps, request));
        clearJourneyCookie(deps, reply);
        return reply.status(204).send(null);
      },
    );
  };
}

function stepPassed(deps: HttpDeps, journey: LoadedJourney, step: Step, requestId: string) {
  return { ...problemOf(new AppError('journey.step-passed'), deps.texts, journey.state.language, requestId), step };
}
