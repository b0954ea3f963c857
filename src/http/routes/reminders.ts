import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { NOT_REMINDED, remindedSchema, remindRequestSchema } from '../../../shared/api/reminders.ts';
import { remindPeople } from '../../core/helpdesk/remind-people.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

/** `/api/v1/helpdesk/reminders`: agents ask people to set up what proves them. */
export function reminderRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/helpdesk/reminders',
      {
        schema: {
          summary: 'Remind people by mail to set up what proves them: some who are named, or one page of a search',
          body: remindRequestSchema,
          response: { 200: remindedSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const { reminded, passed, cursor } = await remindPeople(acting, session, request.body);
          const counts = NOT_REMINDED.flatMap((because) => {
            const count = passed[because];
            return count === undefined ? [] : [{ because, count }];
          });
          return { reminded, passed: counts, cursor };
        }),
    );
  };
}
