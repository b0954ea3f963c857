import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { type OwnRequirement, ownRequirementSchema } from '../../../shared/api/own-requirement.ts';
import { putOffRequirement, requirementFor } from '../../core/enrolment/own-requirement.ts';
import { daysLeft, type Requirement } from '../../core/enrolment/requirement.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

const NOTHING: OwnRequirement = { ask: 'nothing', deadline: null, daysLeft: null, putOffDays: 1, uncertain: false, stuck: null, ways: [] };

function present(requirement: Requirement, now: number): OwnRequirement {
  if (requirement.ask === 'nothing') return NOTHING;
  const { ask, rule, deadline, uncertain, stuck, ways } = requirement;
  return {
    ...{ ask, uncertain, stuck, putOffDays: rule.putOffDays },
    deadline: deadline === null ? null : presentTime(deadline, 'down'),
    daysLeft: deadline === null ? null : daysLeft(deadline, now),
    ways: ways.map(({ kinds, missing }) => ({ kinds: [...kinds], missing: [...missing] })),
  };
}

/** `/api/v1/me/enrolment`: what the person is asked to add, and putting it off. */
export function ownRequirementRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/me/enrolment',
      {
        schema: {
          summary: 'What the person is asked to add, so that they could recover',
          response: { 200: ownRequirementSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => present(await requirementFor(acting, session.account), acting.act.at)),
    );

    app.post(
      '/me/enrolment/put-off',
      { schema: { summary: 'Put it off', body: z.strictObject({}), response: { 204: z.null(), ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          await putOffRequirement(acting, session);
          return reply.status(204).send(null);
        }),
    );
  };
}
