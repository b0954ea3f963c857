import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema, startResponseSchema } from '../../../shared/api/journeys.ts';
import {
  openSessionRequestSchema,
  openSessionResponseSchema,
  ownRolesSchema,
  raiseSessionRequestSchema,
  sessionResponseSchema,
  sessionsResponseSchema,
  stepUpRequestSchema,
} from '../../../shared/api/session.ts';
import { isAppError } from '../../../shared/errors.ts';
import { readOwnRoles } from '../../core/access/own-roles.ts';
import { goingOn } from '../../core/enrolment/own-session.ts';
import { deviceDigest } from '../../core/guard/places.ts';
import type { Act } from '../../core/journey/act.ts';
import { slowDown } from '../../core/journey/start-journey.ts';
import { linkByAttribute } from '../../core/people/link-by-attribute.ts';
import { endSession, sessionActor, signOut, signOutEverywhere } from '../../core/sessions/end-sessions.ts';
import { listSessions } from '../../core/sessions/list-sessions.ts';
import { openSession } from '../../core/sessions/open-session.ts';
import { releaseSession } from '../../core/sessions/release-session.ts';
import type { Session } from '../../core/sessions/session.ts';
import { raiseSession, startStepUp } from '../../core/sessions/step-up.ts';
import { actOf } from '../act-of.ts';
import { answerBegun } from '../begun-journey.ts';
import { forAnySession, forSession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';
import { clearJourneyCookie, isBrowser, journeyCookies, journeyTokens, rememberedDevice } from '../journey-token.ts';
import { presentSession } from '../present-session.ts';
import { presentThreat } from '../present-threat.ts';
import { clearSessionCookie, setSessionCookie } from '../session-token.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
const sessionParams = z.object({ session: z.string().min(1).max(64) });

/** `/api/v1/session` and `/api/v1/sessions`: signing in, what there is, and out. */
export function sessionRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  const present = (session: Session, current: string) => presentSession(deps, session, current);

  /** Accounts that the configuration says are one person's. The answer waits for no directory. */
  const linkInBackground = (session: Session, act: Act) => {
    if (session.rights !== 'full' || deps.configuration().people.linkBy.length === 0) return;
    const linking = { actor: sessionActor(act, session), dryRun: false, sessions: goingOn(session) };
    deps.background.run('people.link', async () => {
      const links = await linkByAttribute({ ...deps, directories: deps.directories.all() }, session.account, linking);
      if (links.some(({ outcome }) => outcome === 'linked')) deps.wakeOutbox('notice');
    });
  };

  const deviceDigestOf = (request: FastifyRequest): string | undefined => {
    const token = rememberedDevice(deps, request);
    return token === undefined ? undefined : deviceDigest(deps.keys, token);
  };

  return async (app) => {
    app.post(
      '/session',
      {
        schema: {
          summary: 'Open the session that a completed sign-in has earned',
          body: openSessionRequestSchema,
          response: { 201: openSessionResponseSchema, ...problems },
        },
      },
      async (request, reply) => {
        const act = actOf(request);
        const opened = await openSession({ ...deps, act }, { tokens: journeyTokens(deps, request).tokens, id: request.body.journey }).catch(
          async (error: unknown) => {
            if (!isAppError(error, 'journey.not-found')) throw error;
            const decision = await deps.guard.countStray(act.address);
            throw decision.allowed ? error : slowDown(act, decision.retryAt);
          },
        );
        linkInBackground(opened.session, act);
        const session = present(opened.session, opened.session.id);
        reply.status(201);
        if (!isBrowser(request, undefined)) return { token: opened.token, session };
        setSessionCookie(deps, reply, opened.token);
        clearJourneyCookie(deps, reply);
        return { session };
      },
    );

    app.post(
      '/session/step-up',
      {
        schema: {
          summary: 'Begin to prove once more who one is',
          body: stepUpRequestSchema,
          response: { 201: startResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) =>
          answerBegun(deps, request, reply, await startStepUp(acting, session, request.body.anyOf, deviceDigestOf(request))),
        ),
    );

    app.put(
      '/session',
      {
        schema: {
          summary: 'Take up what a completed step-up has proven. The session gets a new token',
          body: raiseSessionRequestSchema,
          response: { 200: openSessionResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, held) => {
          const { journey, journeyToken } = request.body;
          const tokens = journeyToken === undefined ? journeyCookies(deps, request) : [journeyToken];
          const raised = await raiseSession(acting, held, { tokens, id: journey });
          const session = present(raised.session, raised.session.id);
          if (!isBrowser(request, undefined)) return { token: raised.token, session };
          setSessionCookie(deps, reply, raised.token);
          clearJourneyCookie(deps, reply);
          return { session };
        }),
    );

    app.post(
      '/session/release',
      {
        schema: {
          summary: 'Go on with everything once enough is enrolled. The session gets a new token',
          body: z.strictObject({}),
          response: { 200: openSessionResponseSchema, ...problems },
        },
      },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, held) => {
          const released = await releaseSession(acting, held);
          linkInBackground(released.session, acting.act);
          const session = present(released.session, released.session.id);
          if (!isBrowser(request, undefined)) return { token: released.token, session };
          setSessionCookie(deps, reply, released.token);
          return { session };
        }),
    );

    app.get(
      '/session',
      { schema: { summary: 'Who is signed in', response: { 200: sessionResponseSchema, ...problems } } },
      (request, reply) => forAnySession(deps, request, reply, async (_acting, session) => ({ session: present(session, session.id) })),
    );

    app.get(
      '/session/roles',
      { schema: { summary: 'What the roles of the person let them do', response: { 200: ownRolesSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          const { roles, may, asManager, incomplete } = await readOwnRoles(acting, session);
          const threat = may.length === 0 ? null : await presentThreat(deps);
          return { roles: [...roles], may: [...may], asManager: [...asManager], incomplete, threat };
        }),
    );

    app.delete('/session', { schema: { summary: 'Sign out', response: { 204: z.null(), ...problems } } }, (request, reply) =>
      forAnySession(deps, request, reply, async (acting, session) => {
        await signOut(acting, session);
        clearSessionCookie(deps, reply);
        return reply.status(204).send(null);
      }),
    );

    app.get(
      '/sessions',
      { schema: { summary: 'Where else the person is signed in', response: { 200: sessionsResponseSchema, ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => ({
          sessions: (await listSessions(acting, session)).map((each) => present(each, session.id)),
        })),
    );

    app.delete(
      '/sessions/:session',
      { schema: { summary: 'End one session', params: sessionParams, response: { 204: z.null(), ...problems } } },
      (request, reply) =>
        forSession(deps, request, reply, async (acting, session) => {
          await endSession(acting, session, request.params.session);
          if (request.params.session === session.id) clearSessionCookie(deps, reply);
          return reply.status(204).send(null);
        }),
    );

    app.delete('/sessions', { schema: { summary: 'Sign out everywhere', response: { 204: z.null(), ...problems } } }, (request, reply) =>
      forSession(deps, request, reply, async (acting, session) => {
        await signOutEverywhere(acting, session);
        clearSessionCookie(deps, reply);
        return reply.status(204).send(null);
      }),
    );
  };
}
