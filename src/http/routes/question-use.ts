import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { questionUseSchema } from '../../../shared/api/question-use.ts';
import { countQuestionUse } from '../../core/administration/question-use.ts';
import { forManager } from '../for-manager.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

/** `/api/v1/admin/question-use`: what a change of the pools of questions would be about. */
export function questionUseRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  // Every row has to be opened: whoever asks while somebody else does is told the same.
  let counting: ReturnType<typeof countQuestionUse> | null = null;
  const count = () => {
    counting ??= countQuestionUse(deps).finally(() => {
      counting = null;
    });
    return counting;
  };
  return async (app) => {
    app.get(
      '/admin/question-use',
      {
        schema: {
          summary: 'How many people have set up which security question',
          response: { 200: questionUseSchema, ...problems },
        },
      },
      (request, reply) => forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, count),
    );
  };
}
