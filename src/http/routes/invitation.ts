import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { invitationShownSchema, showInvitationRequestSchema } from '../../../shared/api/invitation.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { showInvitation } from '../../core/enrolment/invitations/show-invitation.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

/** `/api/v1/me/invitation`: who has signed in shows the invitation that they came by. */
export function invitationRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/me/invitation',
      {
        schema: {
          summary: 'Show an invitation to set up what proves one',
          body: showInvitationRequestSchema,
          response: { 200: invitationShownSchema, ...problems },
        },
      },
      (request, reply) => forSession(deps, request, reply, (acting, session) => showInvitation(acting, session, request.body.token)),
    );
  };
}
