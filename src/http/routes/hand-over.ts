import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { answerResponseSchema, problemSchema, startResponseSchema } from '../../../shared/api/journeys.ts';
import { letInRequestSchema, openOnPhoneRequestSchema, phoneOfferedSchema, phoneProgressSchema } from '../../../shared/api/on-phone.ts';
import { handOver, handOverProgress, offerHandOver, openHandOver } from '../../core/journey/hand-over/offer-hand-over.ts';
import { presentStep, presentTime } from '../../core/journey/present-step.ts';
import { answerOpened } from '../begun-journey.ts';
import { forJourney, journeyParams } from '../for-journey.ts';
import type { HttpDeps } from '../http-deps.ts';
import { rememberedDevice } from '../journey-token.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const phoneParams = journeyParams.extend({ phone: z.string().min(1).max(64) });

/** `/api/v1/journeys/:journey/phones` where a recovery was begun, `/api/v1/hand-over` for the phone on which it goes on. */
export function handOverRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/journeys/:journey/phones',
      {
        schema: {
          summary: 'Make the address by which a phone takes the recovery over',
          params: journeyParams,
          body: z.strictObject({}),
          response: { 201: phoneOfferedSchema, ...problems },
        },
      },
      async (request, reply) => {
        const offered = await forJourney(deps, request, offerHandOver);
        return reply.status(201).send({ ...offered, expiresAt: presentTime(offered.expiresAt, 'down') });
      },
    );

    app.get(
      '/journeys/:journey/phones/:phone',
      {
        schema: {
          summary: 'How far the phone has come that is to take the recovery over',
          params: phoneParams,
          response: { 200: phoneProgressSchema, ...problems },
        },
      },
      async (request) => ({
        progress: await forJourney(deps, request, (acting, key) => handOverProgress(acting, key, request.params.phone)),
      }),
    );

    app.post(
      '/journeys/:journey/phones/:phone',
      {
        schema: {
          summary: 'Hand the recovery over to the phone that shows these two digits',
          params: phoneParams,
          body: letInRequestSchema,
          response: { 200: answerResponseSchema, ...problems },
        },
      },
      async (request) => {
        const { phone } = request.params;
        const journey = await forJourney(deps, request, (acting, key) => handOver(acting, key, phone, request.body.digits));
        return { journey: journey.row.id, step: await presentStep(deps, journey) };
      },
    );

    app.post(
      '/hand-over',
      {
        schema: {
          summary: 'Open such an address on the phone: it shows two digits, and waits',
          body: openOnPhoneRequestSchema,
          response: { 201: startResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        answerOpened(deps, request, reply, ['phone.link-invalid'], (acting, opening) =>
          openHandOver(acting, { link: request.body.link, ...opening, device: rememberedDevice(deps, request) }),
        ),
    );
  };
}
