import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { questionUseSchema } from '../../../shared/api/question-use.ts';
import { createQuestionUseCounter, type QuestionUses } from '../../core/administration/question-use.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import { forManager } from '../for-manager.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

function present({ at, people, uses, looked }: QuestionUses) {
  return { at: at === null ? null : presentTime(at, 'down'), people, uses: [...uses], looked };
}

/** `/api/v1/admin/question-use`: what a change of the pools of questions would be about. Each node counts for itself, and keeps it. */
export function questionUseRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const counter = createQuestionUseCounter(deps);
  return async (app) => {
    app.get(
      '/admin/question-use',
      {
        schema: {
          summary: 'How many people have set up which security question, as it was counted last',
          response: { 200: questionUseSchema, ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async () => present(await counter.read())),
    );

    app.post(
      '/admin/question-use',
      {
        schema: {
          summary: 'Count that anew, unless that goes on already',
          body: z.strictObject({}),
          response: { 202: questionUseSchema, ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async () => {
          counter.begin();
          return reply.status(202).send(present(await counter.read()));
        }),
    );
  };
}
