import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { type VouchRequest, vouchAnswerSchema, vouchRequestsSchema } from '../../../shared/api/vouch.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import type { VouchRow } from '../../core/ports/vouch-store.ts';
import { refuseToVouch, vouch } from '../../core/vouching/decide.ts';
import { listRequests } from '../../core/vouching/list-requests.ts';
import { VOUCH_TRIES, vouchFacts } from '../../core/vouching/vouch-facts.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const params = z.object({ request: z.string().min(1).max(64) });

/** `/api/v1/me/vouch`: whom somebody is asked to vouch for who is signed in. */
export function vouchRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const present = (row: VouchRow, now: number): VouchRequest => {
    const { login, displayName, ...waits } = vouchFacts(row);
    const label = deps.directories.all().find(({ id }) => id === row.directory)?.label ?? row.directory;
    return {
      ...{ id: row.id, person: { login, displayName, directory: label } },
      ...('case' in waits
        ? { call: { agent: waits.agent, action: waits.action, ...(waits.kinds === undefined ? {} : { kinds: [...waits.kinds] }) } }
        : { recovery: { goal: waits.goal, address: waits.address, client: waits.client } }),
      askedAt: presentTime(row.createdAt, 'down'),
      endsAt: presentTime(row.endsAt, 'down'),
      state: row.outcome ?? (row.endsAt <= now ? 'expired' : 'open'),
      triesLeft: Math.max(0, VOUCH_TRIES - row.tries),
    };
  };

  return async (app) => {
    app.get(
      '/me/vouch',
      {
        schema: {
          summary: 'Who asks to be vouched for, and for a day what became of it',
          response: { 200: vouchRequestsSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const rows = await listRequests(acting, session);
          return { requests: rows.map((row) => present(row, acting.act.at)) };
        }),
    );

    app.post(
      '/me/vouch/:request',
      {
        schema: {
          summary: 'Vouch for the person who has read these two digits out',
          params,
          body: vouchAnswerSchema,
          response: { 204: z.null(), ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          await vouch(acting, session, request.params.request, request.body.digits);
          return reply.status(204).send(null);
        }),
    );

    app.post(
      '/me/vouch/:request/refuse',
      {
        schema: {
          summary: 'Say that this was not expected: the recovery ends',
          params,
          body: z.strictObject({}),
          response: { 204: z.null(), ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          await refuseToVouch(acting, session, request.params.request);
          return reply.status(204).send(null);
        }),
    );
  };
}
