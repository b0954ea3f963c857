import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  emergencyPasskeyOptionsSchema,
  emergencyPasskeyRequestSchema,
  openEmergencyRequestSchema,
  returnToEmergencyRequestSchema,
} from '../../../shared/api/admin.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { openSessionResponseSchema } from '../../../shared/api/session.ts';
import { isAppError } from '../../../shared/errors.ts';
import { type OpenedEmergency, openEmergency } from '../../core/access/emergency.ts';
import { beginEmergencyPasskey, finishEmergencyPasskey, returnToEmergency } from '../../core/access/emergency-passkey.ts';
import type { ActDeps } from '../../core/journey/act.ts';
import { slowDown } from '../../core/journey/start-journey.ts';
import type { Session } from '../../core/sessions/session.ts';
import { actOf } from '../act-of.ts';
import { forAnySession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';
import { isBrowser } from '../journey-token.ts';
import { presentSession } from '../present-session.ts';
import { requestLanguage } from '../request-language.ts';
import { setSessionCookie } from '../session-token.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const nothing = z.strictObject({});

/** `/api/v1/emergency`: the way in of an administrator whom the console lets in, once, and then their passkey. */
export function emergencyRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  /** What lets nobody in counts against the address, as every request does that belongs to nobody. */
  const entering = async (
    request: FastifyRequest,
    reply: FastifyReply,
    work: (acting: ActDeps, client: Session['client']) => Promise<OpenedEmergency>,
  ) => {
    const act = { ...actOf(request), language: requestLanguage(deps, request) };
    const inBrowser = isBrowser(request, undefined);
    const { token, session } = await work({ ...deps, act }, inBrowser ? 'web' : 'cli').catch(async (error: unknown) => {
      if (!isAppError(error)) throw error;
      const decision = await deps.guard.countStray(act.address);
      throw decision.allowed ? error : slowDown(act, decision.retryAt);
    });
    const shown = presentSession(deps, session, session.id);
    reply.status(201);
    if (!inBrowser) return { token, session: shown };
    setSessionCookie(deps, reply, token);
    return { session: shown };
  };

  return async (app) => {
    app.post(
      '/emergency',
      {
        schema: {
          summary: 'Open the link that was made on the console',
          body: openEmergencyRequestSchema,
          response: { 201: openSessionResponseSchema, ...problems },
        },
      },
      (request, reply) => entering(request, reply, (acting, client) => openEmergency(acting, request.body.secret, client)),
    );

    app.post(
      '/emergency/return',
      {
        schema: {
          summary: 'Come back to an emergency by its passkey',
          body: returnToEmergencyRequestSchema,
          response: { 201: openSessionResponseSchema, ...problems },
        },
      },
      (request, reply) => entering(request, reply, (acting, client) => returnToEmergency(acting, request.body, client)),
    );

    app.post(
      '/emergency/passkey-options',
      {
        schema: {
          summary: 'Begin to make the passkey of an emergency',
          body: nothing,
          response: { 201: emergencyPasskeyOptionsSchema, ...problems },
        },
      },
      (request, reply) =>
        forAnySession(deps, request, reply, async (acting, session) => {
          const name = deps.texts.translate(requestLanguage(deps, request), 'journey.emergency');
          return reply.status(201).send({ publicKey: beginEmergencyPasskey(acting, session, name) });
        }),
    );

    app.post(
      '/emergency/passkeys',
      {
        schema: {
          summary: 'Keep the passkey of an emergency',
          body: emergencyPasskeyRequestSchema,
          response: { 204: z.null(), ...problems },
        },
      },
      (request, reply) =>
        forAnySession(deps, request, reply, async (acting, session) => {
          await finishEmergencyPasskey(acting, session, request.body.credential);
          return reply.status(204).send(null);
        }),
    );
  };
}
