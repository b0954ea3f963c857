import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { siteSchema } from '../../../shared/api/site.ts';
import { offeredGoals } from '../../core/journey/accepted-combinations.ts';
import type { HttpDeps } from '../http-deps.ts';

/** `/api/v1/site`: what a page needs before it can draw anything. */
export function siteRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/site', { schema: { summary: 'Name, contact and languages of this installation', response: { 200: siteSchema } } }, () => {
      const configuration = deps.configuration();
      const { organisation } = configuration;
      return {
        organisation: organisation.name,
        supportContact: organisation.supportContact,
        languages: [...deps.texts.languages],
        goals: offeredGoals(configuration, { kind: 'web' }),
        demo: deps.demo !== null,
      };
    });
  };
}
