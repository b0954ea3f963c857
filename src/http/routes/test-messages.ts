import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { testedMailSchema, testedTextSchema, testMailRequestSchema, testTextRequestSchema } from '../../../shared/api/test-message.ts';
import { testMail, testText } from '../../core/administration/test-message.ts';
import { forManager } from '../for-manager.ts';
import type { HttpDeps } from '../http-deps.ts';
import { CONFIGURATION_LIMIT } from './configuration.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

/**
 * `/api/v1/admin/test-mail` and `.../test-text`: one message that is sent while somebody waits for what becomes of it. Both ask for what
 * a change of the same settings asks for.
 */
export function testMessageRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/admin/test-mail',
      {
        schema: {
          summary: 'Send a mail in words that are not saved, with sample values, to an address of one’s own',
          body: testMailRequestSchema,
          response: { 200: testedMailSchema, ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'passkey' }, (acting, session, actor) =>
          testMail({ ...acting, channels: deps.channels }, { session, actor }, request.body),
        ),
    );

    app.post(
      '/admin/test-text',
      {
        bodyLimit: CONFIGURATION_LIMIT,
        schema: {
          summary: 'Send a text by one gateway of the configuration in force, or of one that is not',
          body: testTextRequestSchema,
          response: { 200: testedTextSchema, ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'passkey' }, (acting, session, actor) =>
          testText(
            { ...acting, channels: deps.channels, trySms: deps.trySms, checkContext: deps.checkContext },
            { session, actor },
            request.body,
          ),
        ),
    );
  };
}
