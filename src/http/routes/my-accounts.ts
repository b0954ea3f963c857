import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema, startResponseSchema } from '../../../shared/api/journeys.ts';
import { beginLinkRequestSchema, linkAccountRequestSchema, type MyAccounts, myAccountsSchema } from '../../../shared/api/my-accounts.ts';
import { presentCountsFrom, presentTime } from '../../core/journey/present-step.ts';
import { linkAccount, startLink } from '../../core/people/link-account.ts';
import { unlinkAccount } from '../../core/people/unlink-account.ts';
import type { PersonAccount } from '../../core/ports/people-store.ts';
import { requireFullRights } from '../../core/sessions/freshness.ts';
import { answerBegun } from '../begun-journey.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';
import { clearJourneyCookie, isBrowser, journeyCookies, rememberedDevice } from '../journey-token.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const params = z.object({ account: z.string().min(1).max(64) });

/** `/api/v1/me/accounts`: the other accounts of somebody who is signed in, linked and parted by themselves. */
export function myAccountRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
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
      countsFrom: presentCountsFrom(linked.countsFrom, now),
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
        forSession(deps, request, reply, async (acting, session) =>
          answerBegun(deps, request, reply, await startLink(acting, session, request.body.account, rememberedDevice(deps, request))),
        ),
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
