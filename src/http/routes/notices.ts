import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { notMeRequestSchema, notMeResponseSchema } from '../../../shared/api/site.ts';
import { supportContact } from '../../core/configuration/support-contact.ts';
import { sayNotMe } from '../../core/freeze/not-me.ts';
import { slowDown } from '../../core/journey/start-journey.ts';
import { actOf } from '../act-of.ts';
import type { HttpDeps } from '../http-deps.ts';
import { requestLanguage } from '../request-language.ts';

/** `/api/v1/notices`: what people answer to a notice. */
export function noticeRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/notices/not-me',
      { schema: { summary: '"This was not me"', body: notMeRequestSchema, response: { 200: notMeResponseSchema, '4xx': problemSchema } } },
      async (request) => {
        const { address } = actOf(request);
        const decision = await deps.guard.countNoticeAnswer(address);
        if (!decision.allowed) throw slowDown(actOf(request), decision.retryAt);
        await sayNotMe(deps, request.body.token, { kind: 'self', address, client: 'web' });
        return { frozen: true as const, contact: supportContact(deps.configuration(), requestLanguage(deps, request)) };
      },
    );
  };
}
