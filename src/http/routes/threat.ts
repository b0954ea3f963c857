import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { liftedThreatSchema, liftThreatRequestSchema, raiseThreatRequestSchema } from '../../../shared/api/admin.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { liftThreat, raiseThreat } from '../../core/threat/threat.ts';
import { threatAuthor } from '../../core/threat/threat-author.ts';
import { forManager } from '../for-manager.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

/** `/api/v1/admin/threat`: the one switch that makes everything stricter. Where it stands is told with what agents and administrators load. */
export function threatRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/admin/threat',
      {
        schema: {
          summary: 'Declare a raised threat: everything is stricter, as configured, until two have lifted it',
          body: raiseThreatRequestSchema,
          response: { 204: z.null(), ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'fresh' }, async (acting, session, actor) => {
          await raiseThreat(deps, await threatAuthor(acting, session, actor), request.body.reason);
          await deps.takeUpConfiguration();
          return reply.status(204).send(null);
        }),
    );

    app.post(
      '/admin/threat/lift',
      {
        schema: {
          summary: 'Agree that it is over; the second who does lifts it',
          body: liftThreatRequestSchema,
          response: { 200: liftedThreatSchema, ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'passkey' }, async (acting, session, actor) => {
          const lifted = await liftThreat(deps, await threatAuthor(acting, session, actor), request.body.seen);
          await deps.takeUpConfiguration();
          return { lifted };
        }),
    );
  };
}
