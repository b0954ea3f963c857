import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { peopleCountSchema } from '../../../shared/api/people-count.ts';
import { beginPeopleCount, cancelPeopleCount, type PeopleCounts, readPeopleCounts } from '../../core/administration/people-count.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import { forManager } from '../for-manager.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

function present({ latest, done, configuration }: PeopleCounts) {
  return {
    latest:
      latest === null
        ? null
        : {
            ...{ state: latest.outcome, author: latest.author, looked: latest.looked, problem: latest.problem },
            ...{ begunAt: presentTime(latest.begunAt, 'down'), seenAt: presentTime(latest.seenAt, 'down') },
          },
    done:
      done === null
        ? null
        : {
            ...{ at: presentTime(done.row.seenAt, 'down'), current: done.row.configuration === configuration },
            ...{ looked: done.numbers.looked, stranded: done.numbers.stranded },
            reasons: Object.entries(done.numbers.reasons).map(([reason, people]) => ({ reason, people })),
            ...{ recovery: [...done.numbers.recovery], signIn: [...done.numbers.signIn] },
          },
  };
}

/** `/api/v1/admin/people-count`: how many people could use each rule of proof. Counted beside the answers, by one node at a time. */
export function peopleCountRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/admin/people-count',
      {
        schema: {
          summary: 'What the last count of all people found, and how far the one is that goes on',
          response: { 200: peopleCountSchema, ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async () => present(await readPeopleCounts(deps))),
    );

    app.post(
      '/admin/people-count',
      {
        schema: {
          summary: 'Count everybody by the rules in force, unless that goes on already',
          body: z.strictObject({}),
          response: { 202: peopleCountSchema, ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async (_acting, session) => {
          await beginPeopleCount(deps, session.login);
          return reply.status(202).send(present(await readPeopleCounts(deps)));
        }),
    );

    app.delete(
      '/admin/people-count',
      { schema: { summary: 'Cancel the count that goes on', response: { 200: peopleCountSchema, ...problems } } },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async () => {
          await cancelPeopleCount(deps);
          return present(await readPeopleCounts(deps));
        }),
    );
  };
}
