import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  ANSWERS,
  answerResponseSchema,
  currentResponseSchema,
  passkeyRequestSchema,
  passwordCheckRequestSchema,
  passwordCheckResponseSchema,
  problemSchema,
  type Step,
  startRequestSchema,
  startResponseSchema,
} from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import type { PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import { chooseLanguage } from '../../core/configuration/choose-language.ts';
import { timeZoneOf } from '../../core/configuration/time-zone.ts';
import { deviceDigest } from '../../core/guard/places.ts';
import type { Act } from '../../core/journey/act.ts';
import { answerStep } from '../../core/journey/answer-step.ts';
import { cancelJourney } from '../../core/journey/cancel-journey.ts';
import { checkPassword } from '../../core/journey/check-password.ts';
import { currentStep } from '../../core/journey/current-step.ts';
import type { LoadedJourney } from '../../core/journey/journey-state.ts';
import { passkeyTicket } from '../../core/journey/passkey-ticket.ts';
import { presentStep, presentTime } from '../../core/journey/present-step.ts';
import { startByPasskey } from '../../core/journey/start-by-passkey.ts';
import { startJourney } from '../../core/journey/start-journey.ts';
import { presentVerdicts } from '../../core/password-policy/present.ts';
import { randomToken } from '../../core/random-id.ts';
import { actOf } from '../act-of.ts';
import { forJourney, journeyParams } from '../for-journey.ts';
import type { HttpDeps } from '../http-deps.ts';
import {
  clearJourneyCookie,
  deviceToken,
  endJourneyCookie,
  isBrowser,
  prolongJourneyCookie,
  setDeviceCookie,
  setJourneyCookie,
} from '../journey-token.ts';
import { problemOf } from '../problem.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const stepParams = journeyParams.extend({ step: z.string().min(1).max(64) });
const anyAnswer = z.union(Object.values(ANSWERS) as [(typeof ANSWERS)['choose-factor'], ...(typeof ANSWERS)['code'][]]);

/** `/api/v1/journeys`: the recovery journey, one protocol for every client. */
export function journeyRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const expiry = (journey: LoadedJourney) => presentTime(journey.row.expiresAt, 'down');

  const present = async (journey: LoadedJourney, verdicts?: readonly PasswordVerdict[]) => ({
    journey: journey.row.id,
    step: await presentStep(deps, journey, verdicts),
  });

  const remembersDevice = (browser: boolean) => browser && deps.configuration().guard.knownPlaceDays > 0;

  /** The answer that completed the proof took the token up: from now on this browser is known. */
  function rememberDevice(reply: FastifyReply, { newDevice }: Pick<Act, 'newDevice'>, { state }: LoadedJourney): void {
    if (newDevice !== undefined && state.device === deviceDigest(deps.keys, newDevice)) setDeviceCookie(deps, reply, newDevice);
  }

  return async (app) => {
    app.post(
      '/journeys',
      { schema: { summary: 'Start a journey', body: startRequestSchema, response: { 201: startResponseSchema, ...problems } } },
      async (request, reply) => {
        const { goal, locale, client } = request.body;
        const browser = isBrowser(request, client);
        const language = chooseLanguage(deps, locale, request.headers['accept-language']);
        const device = remembersDevice(browser) ? deviceToken(deps, request) : undefined;
        const asked = { goal, language, client: client ?? { kind: browser ? ('web' as const) : ('cli' as const) }, device };
        const newDevice = remembersDevice(browser) && device === undefined ? { newDevice: randomToken(deps.random) } : {};
        const acting = { ...deps, act: { ...actOf(request), ...newDevice } };
        const started =
          'passkey' in request.body
            ? await startByPasskey(acting, { ...asked, ...request.body.passkey })
            : await startJourney(acting, { ...asked, account: request.body.account });
        rememberDevice(reply, acting.act, started.journey);
        const answer = { ...(await present(started.journey)), expiresAt: expiry(started.journey) };
        reply.status(201);
        if (!browser) return { token: started.token, ...answer };
        // Where nothing can follow there is nothing to come back to.
        if (answer.step.kind === 'done') endJourneyCookie(deps, reply, answer.step, goal);
        else setJourneyCookie(deps, reply, started.token, started.journey.row.expiresAt);
        return answer;
      },
    );

    app.get(
      '/passkey-request',
      { schema: { summary: 'A question for a passkey, to begin without a name', response: { 200: passkeyRequestSchema, ...problems } } },
      (request) => passkeyTicket(deps, actOf(request)),
    );

    app.get(
      '/journeys/:journey',
      { schema: { summary: 'Where the journey stands', params: journeyParams, response: { 200: currentResponseSchema, ...problems } } },
      async (request, reply) => {
        const journey = await forJourney(deps, request, (acting, key) => currentStep(acting, key));
        const shown = await present(journey);
        prolongJourneyCookie(deps, reply, journey);
        endJourneyCookie(deps, reply, shown.step, journey.state.goal);
        return { ...shown, expiresAt: expiry(journey) };
      },
    );

    app.post(
      '/journeys/:journey/steps/:step',
      {
        schema: {
          summary: 'Answer the current step',
          params: stepParams,
          body: anyAnswer,
          response: { 200: answerResponseSchema, ...problems },
        },
      },
      async (request, reply) => {
        const isNewDevice = remembersDevice(isBrowser(request, undefined)) && deviceToken(deps, request) === undefined;
        const newDevice = isNewDevice ? { newDevice: randomToken(deps.random) } : {};
        const answered = await forJourney(deps, request, (acting, key) =>
          answerStep({ ...acting, act: { ...acting.act, ...newDevice } }, key, request.params.step, request.body),
        );
        rememberDevice(reply, newDevice, answered.journey);
        const shown = await present(answered.journey, answered.verdicts);
        prolongJourneyCookie(deps, reply, answered.journey);
        endJourneyCookie(deps, reply, shown.step, answered.journey.state.goal);
        if (!answered.passed) return shown;
        return reply
          .status(409)
          .header('content-type', 'application/problem+json')
          .send(stepPassed(deps, answered.journey, shown.step, request.id) as never);
      },
    );

    app.post(
      '/journeys/:journey/password-check',
      {
        schema: {
          summary: 'Judge a password while it is typed',
          params: journeyParams,
          body: passwordCheckRequestSchema,
          response: { 200: passwordCheckResponseSchema, ...problems },
        },
      },
      async (request) => {
        const judged = await forJourney(deps, request, (acting, key) => checkPassword(acting, key, request.body.password));
        const { journey, verdicts, acceptable, strength } = judged;
        const told = strength === null ? {} : { strength };
        return {
          verdicts: presentVerdicts(verdicts, deps.texts, journey.state.language, timeZoneOf(deps.configuration())),
          acceptable,
          ...told,
        };
      },
    );

    app.delete(
      '/journeys/:journey',
      { schema: { summary: 'Cancel the journey', params: journeyParams, response: { 204: z.null(), ...problems } } },
      async (request, reply) => {
        await forJourney(deps, request, (acting, key) => cancelJourney(acting, key));
        clearJourneyCookie(deps, reply);
        return reply.status(204).send(null);
      },
    );
  };
}

function stepPassed(deps: HttpDeps, journey: LoadedJourney, step: Step, requestId: string) {
  return { ...problemOf(new AppError('journey.step-passed'), deps.texts, journey.state.language, requestId), step };
}
