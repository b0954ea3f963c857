import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { isAppError } from '../../../shared/errors.ts';
import { createEventFeed } from '../../core/live/event-feed.ts';
import { type Follower, followEvents, type LiveMessage } from '../../core/live/follow-events.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';

/** Milliseconds after which a browser comes back that has lost the connection. */
const RETRY = 2000;
/** A connection on which nothing gets through for so long is given up; milliseconds. Something is sent every 15 s. */
const SILENT_FOR = 60_000;

/** `id` of the last message that arrived. Browsers send the header alone where they come back by themselves. */
const mark = z.string().max(64).optional();

/** `/api/v1/helpdesk/live`: what happens, told to agents while it happens. */
export function liveRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const feed = createEventFeed(deps);

  /** A reader who is slow is waited for: nothing is read ahead for them. */
  async function* linesOf({ messages }: Follower): AsyncGenerator<string> {
    yield `retry: ${RETRY}\n`;
    try {
      for await (const message of messages) yield lineOf(message);
    } catch (error) {
      // Whoever is still let in comes back, and goes on from where they were.
      if (!isAppError(error, 'session.ended')) deps.log.warn('live.broken-off', { error });
    }
  }

  return async (app) => {
    // Before the server waits for requests to end: these have no end of their own.
    app.addHook('preClose', (done) => {
      feed.close();
      done();
    });
    app.get(
      '/helpdesk/live',
      {
        // It has no end: there is no head of it alone.
        exposeHeadRoute: false,
        schema: {
          summary: 'What happens to the people whom the agent may see, and in their own cases, as server-sent events',
          headers: z.object({ 'last-event-id': mark }),
          querystring: z.object({ after: mark }),
          response: { 200: z.any().describe('text/event-stream'), '4xx': problemSchema, '5xx': problemSchema },
        },
      },
      (request, reply) =>
        forSession(
          deps,
          request,
          reply,
          async (acting, session) => {
            const follower = await followEvents({ ...acting, feed }, session, request.headers['last-event-id'] ?? request.query.after);
            reply.raw.once('close', follower.leave);
            if (reply.raw.destroyed) follower.leave();
            reply.raw.setTimeout(SILENT_FOR, () => reply.raw.destroy());
            // A connection that is kept afterwards would hold up a node that stops, for a minute.
            reply.header('connection', 'close');
            // nginx would keep what it gets until there is more of it.
            reply.header('content-type', 'text/event-stream; charset=utf-8').header('x-accel-buffering', 'no');
            return reply.send(Readable.from(linesOf(follower), { highWaterMark: 1 }));
          },
          { unattended: true },
        ),
    );
  };
}

/** WHATWG HTML, 9.2.6: an id alone is kept by the browser, and dispatches nothing. */
function lineOf({ id, event }: LiveMessage): string {
  return `id: ${id}\n${event === undefined ? '' : `data: ${JSON.stringify(event)}\n`}\n`;
}
