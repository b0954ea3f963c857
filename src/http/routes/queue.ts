import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { deleteMessageRequestSchema, messageParamsSchema, queueSchema } from '../../../shared/api/queue.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import { deleteMessage, type QueuedMessage, queueAuthor, readQueue, retryMessage } from '../../core/notify/outbox-queue.ts';
import { forManager } from '../for-manager.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

function present({ createdAt, runAt, expiresAt, ...message }: QueuedMessage) {
  const isTried = message.state !== 'given-up' && message.state !== 'expired';
  return {
    ...message,
    createdAt: presentTime(createdAt, 'down'),
    nextAt: isTried ? presentTime(runAt, 'down') : null,
    expiresAt: expiresAt === null ? null : presentTime(expiresAt, 'down'),
  };
}

/** `/api/v1/admin/queue`: messages that have not left, tried again or deleted by hand. */
export function queueRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/admin/queue',
      {
        schema: {
          summary: 'Messages that have not left, the oldest first, and why they wait',
          response: { 200: queueSchema, ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async (acting) => {
          const { messages, more } = await readQueue(acting);
          return { messages: messages.map(present), more };
        }),
    );

    app.post(
      '/admin/queue/:message/retry',
      {
        schema: {
          summary: 'Try a message at once that was given up or waits',
          params: messageParamsSchema,
          body: z.strictObject({}),
          response: { 204: z.null(), ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'fresh' }, async (acting, session, actor) => {
          await retryMessage(acting, queueAuthor(acting, session, actor), request.params.message);
          return reply.status(204).send(null);
        }),
    );

    app.post(
      '/admin/queue/:message/delete',
      {
        schema: {
          summary: 'Delete a message that could not be delivered, with a reason',
          params: messageParamsSchema,
          body: deleteMessageRequestSchema,
          response: { 204: z.null(), ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'passkey' }, async (acting, session, actor) => {
          await deleteMessage(acting, queueAuthor(acting, session, actor), request.params.message, request.body.reason);
          return reply.status(204).send(null);
        }),
    );
  };
}
