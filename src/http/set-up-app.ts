import type { FastifyInstance } from 'fastify';
import { type Site, siteSchema } from '../../shared/api/site.ts';
import { createBaseApp } from './base-app.ts';
import { isAskedOrigin } from './hooks/check-origin.ts';
import { registerPages } from './pages.ts';
import { requestLanguage } from './request-language.ts';
import { type SetUpHttpDeps, setUpRoutes } from './routes/set-up.ts';

/** The one page that there is. */
const PAGE = '/setup';

/**
 * The door of an installation without a configuration: the set-up, its page and nothing else. It is alive and not ready, so that no load
 * balancer sends people here. Not listening yet.
 */
export async function createSetUpApp(deps: SetUpHttpDeps): Promise<FastifyInstance> {
  // There is no configured address yet. The cookie goes to no other site's page, and the name must be the one that was asked for.
  const { app, sendPage } = await createBaseApp(deps, (origin, { headers }) => isAskedOrigin(origin, headers));
  const prefix = '/api/v1';
  await app.register(setUpRoutes(deps), { prefix });
  app.get(`${prefix}/site`, { schema: { hide: true, response: { 200: siteSchema } } }, (request): Site => {
    const { organisation } = deps.configuration();
    const language = requestLanguage(deps, request);
    const nobody = {
      goals: [],
      signIn: false,
      openId: null,
      calls: false,
      goalsByPasskey: [],
      demo: false,
      branding: { logo: null, logoDark: null, links: [] },
    };
    const contact = deps.texts.translate(language, 'set-up.contact');
    return {
      ...{ organisation: organisation.name, publicUrl: organisation.publicUrl, timeZone: 'UTC', supportContact: contact, ...nobody },
      languages: [...deps.texts.languages],
    };
  });
  app.get('/healthz', { schema: { hide: true } }, () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, (_request, reply) => reply.status(503).send({ status: 'not set up yet' }));
  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect(PAGE));
  if (sendPage !== null) await registerPages(app, { pages: deps.pages, demo: null }, sendPage, [PAGE]);
  return app;
}
