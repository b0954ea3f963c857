import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { RECOVERY_GOALS } from '../../../shared/api/journeys.ts';
import { siteSchema } from '../../../shared/api/site.ts';
import { supportContact } from '../../core/configuration/support-contact.ts';
import { timeZoneOf } from '../../core/configuration/time-zone.ts';
import { goalsByPasskey } from '../../core/journey/passkey-ticket.ts';
import { offeredGoals } from '../../core/journey/what-counts.ts';
import { brandingOf } from '../branding-files.ts';
import { callerAddress } from '../caller-address.ts';
import type { HttpDeps } from '../http-deps.ts';
import { requestLanguage } from '../request-language.ts';

/** `/api/v1/site`: what a page needs before it can draw anything. */
export function siteRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/site',
      { schema: { summary: 'Name, contact and languages of this installation', response: { 200: siteSchema } } },
      (request) => {
        const configuration = deps.configuration();
        const { organisation } = configuration;
        const where = { client: 'web' as const, address: callerAddress(request) };
        const offered = offeredGoals(configuration, where);
        return {
          organisation: organisation.name,
          publicUrl: organisation.publicUrl,
          timeZone: timeZoneOf(configuration),
          supportContact: supportContact(configuration, requestLanguage(deps, request)),
          languages: [...deps.texts.languages],
          goals: RECOVERY_GOALS.filter((goal) => offered.includes(goal)),
          signIn: offered.includes('sign-in'),
          openId: configuration.signIn.enabled ? (configuration.signIn.openIdConnect?.label ?? null) : null,
          calls: offered.includes('confirm-call'),
          goalsByPasskey: goalsByPasskey(deps, where),
          demo: deps.demo !== null,
          branding: brandingOf(configuration, requestLanguage(deps, request)),
        };
      },
    );
  };
}
