import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import {
  findHelpedRequestSchema,
  helpedSchema,
  helpResetRequestSchema,
  helpResponseSchema,
  helpUnlockRequestSchema,
} from '../../../shared/api/help.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { helpReset, helpUnlock } from '../../core/access/help.ts';
import { findHelped } from '../../core/access/helped.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';
import { presentHelp } from '../present-help.ts';
import { requestLanguage } from '../request-language.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

/** `/api/v1/help`: what somebody who is signed in does for others, by a role. */
export function helpRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/help/find',
      {
        schema: {
          summary: 'Find an account by its whole name, and what may be done for it',
          body: findHelpedRequestSchema,
          response: { 200: helpedSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const { account, directory, may, inCase } = await findHelped(acting, session, request.body.account);
          const { locked } = await directory.readStatus(account);
          const { id, login, displayName } = account;
          return {
            account: { directory: directory.id, id, login, displayName, label: directory.label, locked },
            may: [...may],
            inCase: [...inCase],
          };
        }),
    );

    app.post(
      '/help/unlock',
      {
        schema: {
          summary: 'Unlock somebody else’s account',
          body: helpUnlockRequestSchema,
          response: { 200: helpResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) =>
          presentHelp(deps, await helpUnlock(acting, session, request.body.account), requestLanguage(deps, request)),
        ),
    );

    app.post(
      '/help/reset',
      {
        schema: {
          summary: 'Set a password for somebody else, which they must change at the next sign-in',
          body: helpResetRequestSchema,
          response: { 200: helpResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) =>
          presentHelp(
            deps,
            await helpReset(acting, session, request.body.account, { password: request.body.password }),
            requestLanguage(deps, request),
          ),
        ),
    );
  };
}
