import type { FastifyInstance, FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../../../shared/api/journeys.ts';
import {
  beginOpenIdRequestSchema,
  beginOpenIdResponseSchema,
  finishOpenIdRequestSchema,
  finishOpenIdResponseSchema,
} from '../../../shared/api/openid.ts';
import { AppError, isAppError } from '../../../shared/errors.ts';
import { slowDown } from '../../core/journey/start-journey.ts';
import { endByProvider } from '../../core/openid/end-by-provider.ts';
import { newLogin, requestOf } from '../../core/openid/login.ts';
import { openByProvider, providerSettings } from '../../core/openid/open-by-provider.ts';
import type { OpenIdProvider } from '../../core/ports/open-id-provider.ts';
import { findSession } from '../../core/sessions/find-session.ts';
import type { Session } from '../../core/sessions/session.ts';
import { actOf } from '../act-of.ts';
import { cookiesNamed, isSecure } from '../cookies.ts';
import { forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';
import { presentSession } from '../present-session.ts';
import { requestLanguage } from '../request-language.ts';
import { sentSessionCookie, sessionTokens, setSessionCookie } from '../session-token.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
/** Of a logout token, and all that it may carry. */
const LOGOUT_LIMIT = 16 * 1024;

/** `/api/v1/session/openid`: signing in at a provider of OpenID Connect, and its word that somebody has signed out there. */
export function openIdRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const cookieName = () => (isSecure(deps) ? '__Host-keyturn-openid' : 'keyturn-openid');
  const scope = () => ({ path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure(deps) }) as const;
  const provider = (): OpenIdProvider => {
    providerSettings(deps);
    const found = deps.openId();
    if (found === null) throw new AppError('openid.not-configured');
    return found;
  };
  const setOut = async (reply: FastifyReply, at: number, again: boolean) => {
    const login = newLogin(deps, at, again);
    const address = await provider().begin(requestOf(deps, login));
    reply.setCookie(cookieName(), login.text, scope());
    return reply.status(201).send({ address });
  };

  return async (app) => {
    app.post(
      '/session/openid',
      {
        schema: {
          summary: 'Set out to sign in at the provider, or to prove there once more who one is',
          body: beginOpenIdRequestSchema,
          response: { 201: beginOpenIdResponseSchema, ...problems },
        },
      },
      (request, reply) => {
        const { at } = actOf(request);
        if (!request.body.again) return setOut(reply, at, false);
        return forSession(deps, request, reply, () => setOut(reply, at, true));
      },
    );

    app.post(
      '/session/openid/finish',
      {
        schema: {
          summary: 'Open the session that a sign-in at the provider has earned',
          body: finishOpenIdRequestSchema,
          response: { 201: finishOpenIdResponseSchema, ...problems },
        },
      },
      async (request, reply) => {
        const acting = { ...deps, act: { ...actOf(request), language: requestLanguage(deps, request) } };
        const [login = null] = cookiesNamed(cookieName(), request.headers.cookie);
        const held: Session | null = sentSessionCookie(deps, request)
          ? await findSession(acting, sessionTokens(deps, request)).catch((error: unknown) => {
              if (isAppError(error, 'session.missing', 'session.ended')) return null;
              throw error;
            })
          : null;
        reply.clearCookie(cookieName(), scope());
        const opened = await openByProvider(acting, provider(), { login, answer: request.body.answer, held });
        setSessionCookie(deps, reply, opened.token);
        return reply.status(201).send({ session: presentSession(deps, opened.session, opened.session.id) });
      },
    );

    await app.register(logoutRoute);
  };

  /** Apart, as it is the one call that takes a form: the provider sends one. */
  async function logoutRoute(plain: FastifyInstance): Promise<void> {
    plain.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: LOGOUT_LIMIT },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    plain.post(
      '/openid/logout',
      {
        bodyLimit: LOGOUT_LIMIT,
        schema: {
          summary: 'For the provider: somebody has signed out there (OpenID Connect Back-Channel Logout 1.0)',
          body: z.object({ logout_token: z.string().min(1).max(LOGOUT_LIMIT) }),
          response: { 200: z.null(), ...problems },
        },
      },
      async (request, reply) => {
        const acting = { ...deps, act: actOf(request) };
        const { logout_token } = request.body as { logout_token: string };
        try {
          await endByProvider(acting, provider(), logout_token);
        } catch (error) {
          if (!isAppError(error, 'openid.refused')) throw error;
          const decision = await deps.guard.countStray(acting.act.address);
          throw decision.allowed ? new AppError('request.malformed', {}, { cause: error }) : slowDown(acting.act, decision.retryAt);
        }
        return reply.status(200).send(null);
      },
    );
  }
}
