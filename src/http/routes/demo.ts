import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { demoAccountsSchema, demoAuthenticatorSchema, demoMessagesSchema } from '../../../shared/api/demo.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import type { DemoDoor } from '../http-deps.ts';

/** `/api/v1/demo`: captured messages and authenticator codes. Registered in demo mode alone. */
export function demoRoutes(demo: DemoDoor): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/demo/messages', { schema: { summary: 'Captured messages', response: { 200: demoMessagesSchema } } }, () => demo.messages());
    app.get('/demo/accounts', { schema: { summary: 'Sample people', response: { 200: demoAccountsSchema } } }, () => demo.accounts());
    app.get(
      '/demo/authenticator/:account',
      {
        schema: {
          summary: 'What the authenticator of a sample account shows now',
          params: z.object({ account: z.string().max(256) }),
          response: { 200: demoAuthenticatorSchema, '4xx': problemSchema },
        },
      },
      async (request) => {
        const shown = await demo.authenticator(request.params.account);
        if (shown === null) throw new AppError('request.not-found');
        return { code: shown.code, expiresAt: new Date(shown.expiresAt).toISOString() };
      },
    );
  };
}
