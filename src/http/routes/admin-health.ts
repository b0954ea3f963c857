import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { healthSchema } from '../../../shared/api/health.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import { forManager } from '../for-manager.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

/** `/api/v1/admin/health`: what the doctor finds on this node. */
export function adminHealthRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/admin/health',
      {
        schema: {
          summary: 'What the doctor finds on this node, with what to do about each',
          response: { 200: healthSchema, ...problems },
        },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-configuration', { proof: 'any' }, async () => {
          const { at, findings } = await deps.diagnose();
          return {
            at: presentTime(at, 'down'),
            findings: findings.map((finding) => ({
              ...{ level: finding.level, area: finding.area, text: finding.text },
              ...('fix' in finding ? { fix: finding.fix, lines: [...finding.lines] } : { fix: null, lines: [] }),
            })),
          };
        }),
    );
  };
}
