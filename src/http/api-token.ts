import type { FastifyContextConfig, FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { isAppError } from '../../shared/errors.ts';
import type { TokenPermission } from '../../shared/permissions.ts';
import { slowDown } from '../core/journey/start-journey.ts';
import type { ApiToken } from '../core/tokens/api-token.ts';
import { findToken } from '../core/tokens/find-token.ts';
import { TOKEN_PREFIX } from '../core/tokens/token-text.ts';
import { actOf } from './act-of.ts';
import type { HttpDeps } from './http-deps.ts';

/** What a call says of tokens: the scope that one needs for it; `any`: whatever its scopes are; `never`: it is for people, or for everybody. */
export type TokenRule = TokenPermission | 'any' | 'never';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A call of the API that says nothing takes no token. */
    token?: TokenRule;
  }
}

/**
 * The token of a program that a request gives; null: it gives none. One that is worth nothing counts against its address, and is not made
 * up for by a cookie beside it. What else stands in `Authorization` is not looked at.
 * @throws AppError `token.invalid`, `token.ended`, `guard.slow-down`
 */
export async function tokenOf(deps: HttpDeps, request: FastifyRequest): Promise<ApiToken | null> {
  const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (given?.startsWith(TOKEN_PREFIX) !== true) return null;
  const act = actOf(request);
  return findToken({ ...deps, act }, given).catch(async (error: unknown) => {
    if (!isAppError(error, 'token.invalid', 'token.ended')) throw error;
    const decision = await deps.guard.countStray(act.address);
    throw decision.allowed ? error : slowDown(act, decision.retryAt);
  });
}

/** Says of all calls of a group that they take no token. */
export function withoutTokens(routes: FastifyPluginAsyncZod): FastifyPluginAsync {
  return async (app: FastifyInstance) => {
    app.addHook('onRoute', (route) => {
      route.config = { token: 'never', ...route.config };
    });
    await (routes as unknown as FastifyPluginAsync)(app, {});
  };
}

/**
 * Says in the OpenAPI document what a call says of tokens, in `x-keyturn-token`; and of one that takes them which scope it needs beside a
 * session (OAS 3.1, Security Requirement Object). A call that says nothing says nothing there, which a test does not let through.
 */
export function describeTokenRule<T extends { schema: object }>(described: T, config: FastifyContextConfig | undefined): T {
  const rule = config?.token;
  if (rule === undefined) return described;
  const security = rule === 'never' ? {} : { security: [{ session: [] }, { token: rule === 'any' ? [] : [rule] }] };
  return { ...described, schema: { ...described.schema, 'x-keyturn-token': rule, ...security } };
}
