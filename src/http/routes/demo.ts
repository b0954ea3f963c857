import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { demoAccountsSchema, demoAuthenticatorSchema, demoMessagesSchema } from '../../../shared/api/demo.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import { isOwnHost } from '../../../shared/own-origin.ts';
import type { DemoDoor, HttpDeps } from '../http-deps.ts';

/**
 * `/api/v1/demo`: captured messages and authenticator codes. Registered in demo mode alone. They are read without any
 * token, so the Host must be ours: a page that has its own name resolve to this machine (DNS rebinding) is same-origin
 * in the eyes of the browser, and would read them all.
 */
export function demoRoutes(demo: DemoDoor, deps: Pick<HttpDeps, 'configuration'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', (request, _reply, done) => {
      const own = isOwnHost(request.headers.host ?? '', deps.configuration().organisation.publicUrl);
      done(own ? undefined : new AppError('request.foreign-origin'));
    });
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
