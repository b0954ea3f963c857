import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema, startResponseSchema } from '../../../shared/api/journeys.ts';
import { letInRequestSchema, openOnPhoneRequestSchema, phoneOfferedSchema, phoneProgressSchema } from '../../../shared/api/on-phone.ts';
import { letPhoneIn, offerPhone, openOnPhone, phoneProgress } from '../../core/enrolment/on-phone.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import { answerOpened } from '../begun-journey.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const params = z.object({ phone: z.string().min(1).max(64) });

/** `/api/v1/me/phones` for who is signed in at a computer, `/api/v1/phone` for their phone. */
export function onPhoneRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/me/phones',
      {
        schema: {
          summary: 'Make the address that a phone opens to add what proves its owner',
          body: z.strictObject({}),
          response: { 201: phoneOfferedSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const offered = await offerPhone(acting, session);
          return reply.status(201).send({ ...offered, expiresAt: presentTime(offered.expiresAt, 'down') });
        }),
    );

    app.get(
      '/me/phones/:phone',
      { schema: { summary: 'How far the phone has come', params, response: { 200: phoneProgressSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => ({
          progress: await phoneProgress(acting, session, request.params.phone),
        })),
    );

    app.post(
      '/me/phones/:phone',
      {
        schema: {
          summary: 'Let the phone in that shows these two digits',
          params,
          body: letInRequestSchema,
          response: { 204: z.null(), ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          await letPhoneIn(acting, session, request.params.phone, request.body.digits);
          return reply.status(204).send(null);
        }),
    );

    app.post(
      '/phone',
      {
        schema: {
          summary: 'Open such an address on the phone: it shows two digits, and waits',
          body: openOnPhoneRequestSchema,
          response: { 201: startResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        answerOpened(deps, request, reply, ['phone.link-invalid'], (acting, opening) =>
          openOnPhone(acting, { link: request.body.link, ...opening }),
        ),
    );
  };
}
