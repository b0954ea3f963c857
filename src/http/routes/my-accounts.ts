import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema, startResponseSchema } from '../../../shared/api/journeys.ts';
import { beginLinkRequestSchema, linkAccountRequestSchema, type MyAccounts, myAccountsSchema } from '../../../shared/api/my-accounts.ts';
import { presentStep, presentTime } from '../../core/journey/present-step.ts';
import { linkAccount, startLink } from '../../core/people/link-account.ts';
import { unlinkAccount } from '../../core/people/unlink-account.ts';
import type { PersonAccount } from '../../core/ports/people-store.ts';
import { requireFullRights } from '../../core/sessions/freshness.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';
import { clearJourneyCookie, deviceToken, isBrowser, journeyCookies, setJourneyCookie } from '../journey-token.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const params = z.object({ account: z.string().min(1).max(64) });

/** `/api/v1/me/accounts`: the other accounts of somebody who is signed in, linked and parted by themselves. */
export function myAccountRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const deviceOf = (request: FastifyRequest): string | undefined =>
    deps.configuration().guard.knownPlaceDays > 0 ? deviceToken(deps, request) : undefined;

  const present = async (linked: PersonAccount, now: number): Promise<MyAccounts['accounts'][number]> => {
    const directory = deps.directories.all().find(({ id }) => id === linked.directory);
    const ref = { directory: linked.directory, id: linked.accountId };
    // A directory that is down hides the name alone: the link is there, and can be ended.
    const account = await directory?.readAccount(ref).catch(() => null);
    return {
      id: linked.id,
      login: account?.login ?? null,
      directory: directory?.label ?? linked.directory,
      linkedAt: presentTime(linked.linkedAt, 'down'),
      countsFrom: linked.countsFrom > now ? presentTime(linked.countsFrom, 'up') : null,
    };
  };

  return async (app) => {
    app.get(
      '/me/accounts',
      { schema: { summary: 'The other accounts of the person', response: { 200: myAccountsSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async ({ act }, session) => {
          requireFullRights(session);
          const linked = await deps.store.people.linkedTo(session.account);
          return { accounts: await Promise.all(linked.map((each) => present(each, act.at))) };
        }),
    );

    app.post(
      '/me/accounts/proof',
      {
        schema: {
          summary: 'Begin to prove another account of the person',
          body: beginLinkRequestSchema,
          response: { 201: startResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const { token, journey } = await startLink(acting, session, request.body.account, deviceOf(request));
          const expiresAt = presentTime(journey.row.expiresAt, 'down');
          const answer = { journey: journey.row.id, step: await presentStep(deps, journey), expiresAt };
          reply.status(201);
          if (!isBrowser(request, undefined)) return { token, ...answer };
          setJourneyCookie(deps, reply, token, journey.row.expiresAt);
          return answer;
        }),
    );

    app.post(
      '/me/accounts',
      {
        schema: {
          summary: 'Link the account that was proven',
          body: linkAccountRequestSchema,
          response: { 204: z.null(), ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const { journey, journeyToken } = request.body;
          const tokens = journeyToken === undefined ? journeyCookies(deps, request) : [journeyToken];
          await linkAccount(acting, session, { tokens, id: journey });
          if (isBrowser(request, undefined)) clearJourneyCookie(deps, reply);
          return reply.status(204).send(null);
        }),
    );

    app.delete(
      '/me/accounts/:account',
      { schema: { summary: 'Part a linked account', params, response: { 204: z.null(), ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          await unlinkAccount(acting, session, request.params.account);
          return reply.status(204).send(null);
        }),
    );
  };
}
