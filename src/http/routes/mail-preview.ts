import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { mailPreviewRequestSchema, mailPreviewSchema } from '../../../shared/api/mail-preview.ts';
import { previewMail } from '../../core/notify/preview-mail.ts';
import { forManager } from '../for-manager.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

/** `/api/v1/admin/mail-preview`: how a mail would read in other words. */
export function mailPreviewRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/admin/mail-preview',
      {
        config: { token: 'never' },
        schema: {
          summary: 'A mail in words that are not saved, with sample values. Nothing is kept or sent',
          body: mailPreviewRequestSchema,
          response: { 200: mailPreviewSchema, ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async () => previewMail(deps, request.body)),
    );
  };
}
