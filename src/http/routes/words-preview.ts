import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import {
  mailPreviewRequestSchema,
  mailPreviewSchema,
  textPreviewRequestSchema,
  textPreviewSchema,
} from '../../../shared/api/words-preview.ts';
import { previewMail } from '../../core/notify/preview-mail.ts';
import { previewText } from '../../core/notify/preview-text.ts';
import { forManager } from '../for-manager.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

/** `/api/v1/admin/mail-preview` and `.../text-preview`: how a message would read in other words. */
export function wordsPreviewRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
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

    app.post(
      '/admin/text-preview',
      {
        config: { token: 'never' },
        schema: {
          summary: 'A text message in words that are not saved, with sample values. Nothing is kept or sent',
          body: textPreviewRequestSchema,
          response: { 200: textPreviewSchema, ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async () => previewText(deps, request.body)),
    );
  };
}
