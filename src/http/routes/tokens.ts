import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import {
  madeTokenSchema,
  makeTokenRequestSchema,
  ownTokenSchema,
  type ShownToken,
  tokenParamsSchema,
  tokensSchema,
} from '../../../shared/api/tokens.ts';
import { AppError } from '../../../shared/errors.ts';
import { isApiToken } from '../../core/access/caller.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import type { ApiToken } from '../../core/tokens/api-token.ts';
import { makeTokenByHand, revokeTokenByHand } from '../../core/tokens/manage-tokens.ts';
import { listTokens } from '../../core/tokens/revoke-token.ts';
import { forCaller } from '../for-caller.ts';
import { forManager } from '../for-manager.ts';
import { forAnySession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };

/** `/api/v1/admin/tokens`: tokens of programs, for who may give roles; and what a program is told of its own. */
export function tokenRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const present = ({ id, name, may, over, author, createdAt, expiresAt, lastUsedAt }: ApiToken, now: number): ShownToken => ({
    ...{ id, name, author, may: [...may], over: presentScope(over), ended: expiresAt <= now },
    ...{ createdAt: presentTime(createdAt, 'down'), expiresAt: presentTime(expiresAt, 'down') },
    lastUsedAt: lastUsedAt === null ? null : presentTime(lastUsedAt, 'down'),
  });

  return async (app) => {
    app.get(
      '/token',
      {
        config: { token: 'any' },
        schema: { summary: 'What the token may that asks, and until when', response: { 200: ownTokenSchema, ...problems } },
      },
      (request, reply) =>
        forCaller(deps, request, reply, async ({ act }, caller) => {
          if (!isApiToken(caller)) throw new AppError('token.unknown');
          const { name, may, over, expiresAt } = present(caller, act.at);
          return { name, may, over, expiresAt };
        }),
    );

    app.get(
      '/admin/tokens',
      {
        config: { token: 'never' },
        schema: { summary: 'Tokens of programs that are not revoked, by name', response: { 200: tokensSchema, ...problems } },
      },
      (request, reply) =>
        forManager(deps, request, reply, 'manage-roles', { proof: 'any' }, async (acting) => ({
          tokens: (await listTokens(acting)).map((token) => present(token, acting.act.at)),
          longestDays: acting.configuration().administration.longestTokenDays,
        })),
    );

    app.post(
      '/admin/tokens',
      {
        config: { token: 'never' },
        schema: {
          summary: 'Make a token for a program. It is told once',
          body: makeTokenRequestSchema,
          response: { 201: madeTokenSchema, ...problems },
        },
      },
      (request, reply) =>
        forAnySession(deps, request, reply, async (acting, session) => {
          const { text, token } = await makeTokenByHand(acting, session, request.body);
          return reply.status(201).send({ text, token: present(token, acting.act.at) });
        }),
    );

    app.delete(
      '/admin/tokens/:token',
      {
        config: { token: 'never' },
        schema: {
          summary: 'Revoke a token: it is worth nothing from then on',
          params: tokenParamsSchema,
          response: { 204: z.null(), ...problems },
        },
      },
      (request, reply) =>
        forAnySession(deps, request, reply, async (acting, session) => {
          await revokeTokenByHand(acting, session, request.params.token);
          return reply.status(204).send(null);
        }),
    );
  };
}

function presentScope(over: ApiToken['over']): ShownToken['over'] {
  if (over === undefined) return null;
  return Object.fromEntries(Object.entries(over).flatMap(([key, list]) => (list === undefined ? [] : [[key, [...list]]])));
}
