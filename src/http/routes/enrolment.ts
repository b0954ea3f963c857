import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import {
  addPasskeyRequestSchema,
  addPasskeyResponseSchema,
  passkeyOptionsRequestSchema,
  passkeyOptionsResponseSchema,
} from '../../../shared/api/enrolment.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { AppError, isAppError } from '../../../shared/errors.ts';
import { beginPasskey, finishPasskey } from '../../core/enrolment/passkeys.ts';
import { journeyActor } from '../../core/journey/act.ts';
import { openRight, spendRight } from '../../core/journey/offers.ts';
import { presentCountsFrom } from '../../core/journey/present-step.ts';
import { slowDown } from '../../core/journey/start-journey.ts';
import { actOf } from '../act-of.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

/** `/api/v1/enrolment`: what people add by themselves, with a right that an earlier answer gave them. */
export function enrolmentRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  /** A right that nobody was given counts against the address. */
  async function withRight(request: FastifyRequest, right: string) {
    const acting = { ...deps, act: actOf(request) };
    try {
      return { acting, opened: await openRight(acting, right) };
    } catch (error) {
      if (!isAppError(error, 'enrolment.right-invalid')) throw error;
      const decision = await deps.guard.countStray(acting.act.address);
      if (!decision.allowed) throw slowDown(acting.act, decision.retryAt);
      throw error;
    }
  }

  return async (app) => {
    app.post(
      '/enrolment/passkey-options',
      {
        schema: {
          summary: 'Begin to add a passkey',
          body: passkeyOptionsRequestSchema,
          response: { 200: passkeyOptionsResponseSchema, ...problems },
        },
      },
      async (request) => {
        const { acting, opened } = await withRight(request, request.body.right);
        const { journey, candidate } = opened;
        const owner = { account: candidate.ref, login: candidate.login, displayName: candidate.label };
        return beginPasskey(acting, owner, journey.row);
      },
    );

    app.post(
      '/enrolment/passkeys',
      { schema: { summary: 'Add a passkey', body: addPasskeyRequestSchema, response: { 201: addPasskeyResponseSchema, ...problems } } },
      async (request, reply) => {
        const { right, ceremony, name, credential } = request.body;
        const { acting, opened } = await withRight(request, right);
        const { journey, candidate } = opened;
        const asked = {
          ...{ account: candidate.ref, journey: journey.row.id, ceremony, name: name ?? 'Passkey', answer: credential },
          ...{ actor: journeyActor(acting.act, journey.state), language: journey.state.language, now: acting.act.at },
        };
        const row = await finishPasskey(acting, asked, (store) => spendRight(store, opened, acting.act.at)).catch((error: unknown) => {
          throw isAppError(error, 'journey.step-passed') ? new AppError('enrolment.right-invalid') : error;
        });
        deps.wakeOutbox('notice');
        return reply.status(201).send({ name: row.label, countsFrom: presentCountsFrom(row.countsFrom, acting.act.at) });
      },
    );
  };
}
