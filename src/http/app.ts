import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { isOwnOrigin } from '../../shared/own-origin.ts';
import { DEMO_PAGE, PAGES } from '../../shared/pages.ts';
import { describeTokenRule, withoutTokens } from './api-token.ts';
import { createBaseApp } from './base-app.ts';
import { registerBranding } from './branding-files.ts';
import type { HttpDeps } from './http-deps.ts';
import { registerPages } from './pages.ts';
import { adminRoutes } from './routes/admin.ts';
import { adminHealthRoutes } from './routes/admin-health.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { caseRoutes } from './routes/cases.ts';
import { configurationRoutes } from './routes/configuration.ts';
import { demoRoutes } from './routes/demo.ts';
import { emergencyRoutes } from './routes/emergency.ts';
import { enrolmentRoutes } from './routes/enrolment.ts';
import { handOverRoutes } from './routes/hand-over.ts';
import { registerHealth } from './routes/health.ts';
import { helpRoutes } from './routes/help.ts';
import { historyRoutes } from './routes/history.ts';
import { invitationRoutes } from './routes/invitation.ts';
import { journeyRoutes } from './routes/journeys.ts';
import { liveRoutes } from './routes/live.ts';
import { mailPreviewRoutes } from './routes/mail-preview.ts';
import { meRoutes } from './routes/me.ts';
import { myAccountRoutes } from './routes/my-accounts.ts';
import { noticeRoutes } from './routes/notices.ts';
import { onPhoneRoutes } from './routes/on-phone.ts';
import { openIdRoutes } from './routes/openid.ts';
import { ownFactorRoutes } from './routes/own-factors.ts';
import { ownRequirementRoutes } from './routes/own-requirement.ts';
import { peopleRoutes } from './routes/people.ts';
import { peopleCountRoutes } from './routes/people-count.ts';
import { queueRoutes } from './routes/queue.ts';
import { reportRoutes } from './routes/reports.ts';
import { sessionRoutes } from './routes/session.ts';
import { siteRoutes } from './routes/site.ts';
import { threatRoutes } from './routes/threat.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { vouchRoutes } from './routes/vouch.ts';

/** The HTTP door: API below `/api/v1`, pages, health. Not listening yet. */
export async function createApp(deps: HttpDeps): Promise<FastifyInstance> {
  const isOwn = (origin: string) => isOwnOrigin(origin, deps.configuration().organisation.publicUrl);
  const { app, sendPage } = await createBaseApp(deps, isOwn);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Keyturn',
        version: '1',
        description: 'Recovery journey: one protocol for the portal, the Windows client and scripts.',
      },
      components: {
        securitySchemes: {
          journey: { type: 'http', scheme: 'bearer', description: 'Token of POST /journeys' },
          session: { type: 'http', scheme: 'bearer', description: 'Token of POST /session; a browser has a cookie instead' },
          token: { type: 'http', scheme: 'bearer', description: 'Token of a program, made by keyturn token create' },
        },
      },
    },
    transform: (route) => describeTokenRule(jsonSchemaTransform(route), route.route.config),
    transformObject: jsonSchemaTransformObject,
  });
  const prefix = '/api/v1';
  await app.register(withoutTokens(journeyRoutes(deps)), { prefix });
  await app.register(withoutTokens(handOverRoutes(deps)), { prefix });
  await app.register(withoutTokens(enrolmentRoutes(deps)), { prefix });
  await app.register(withoutTokens(sessionRoutes(deps)), { prefix });
  await app.register(withoutTokens(openIdRoutes(deps)), { prefix });
  await app.register(withoutTokens(meRoutes(deps)), { prefix });
  await app.register(withoutTokens(ownFactorRoutes(deps)), { prefix });
  await app.register(withoutTokens(ownRequirementRoutes(deps)), { prefix });
  await app.register(withoutTokens(onPhoneRoutes(deps)), { prefix });
  await app.register(peopleRoutes(deps), { prefix });
  await app.register(withoutTokens(invitationRoutes(deps)), { prefix });
  await app.register(withoutTokens(vouchRoutes(deps)), { prefix });
  await app.register(withoutTokens(helpRoutes(deps)), { prefix });
  await app.register(withoutTokens(caseRoutes(deps)), { prefix });
  await app.register(withoutTokens(liveRoutes(deps)), { prefix });
  await app.register(withoutTokens(approvalRoutes(deps)), { prefix });
  await app.register(withoutTokens(myAccountRoutes(deps)), { prefix });
  await app.register(withoutTokens(emergencyRoutes(deps)), { prefix });
  await app.register(adminRoutes(deps), { prefix });
  await app.register(configurationRoutes(deps), { prefix });
  await app.register(mailPreviewRoutes(deps), { prefix });
  await app.register(historyRoutes(deps), { prefix });
  await app.register(reportRoutes(deps), { prefix });
  await app.register(withoutTokens(threatRoutes(deps)), { prefix });
  await app.register(tokenRoutes(deps), { prefix });
  await app.register(withoutTokens(peopleCountRoutes(deps)), { prefix });
  await app.register(withoutTokens(queueRoutes(deps)), { prefix });
  await app.register(withoutTokens(adminHealthRoutes(deps)), { prefix });
  await app.register(withoutTokens(siteRoutes(deps)), { prefix });
  await app.register(withoutTokens(noticeRoutes(deps)), { prefix });
  if (deps.demo !== null) await app.register(withoutTokens(demoRoutes(deps.demo, deps)), { prefix });
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
  registerHealth(app, deps);
  registerBranding(app, deps);
  if (sendPage !== null) await registerPages(app, deps, sendPage, deps.demo === null ? PAGES : [...PAGES, DEMO_PAGE]);
  return app;
}
