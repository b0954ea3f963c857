import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, isAppError } from '../../shared/errors.ts';
import { refusedToken } from '../core/access/caller.ts';
import type { ActDeps } from '../core/journey/act.ts';
import { slowDown } from '../core/journey/start-journey.ts';
import { findSession } from '../core/sessions/find-session.ts';
import type { Session } from '../core/sessions/session.ts';
import { actOf } from './act-of.ts';
import { tokenOf } from './api-token.ts';
import type { HttpDeps } from './http-deps.ts';
import { clearSessionCookie, sentSessionCookie, sessionTokens } from './session-token.ts';

/**
 * Does what somebody asks for as themselves, who is signed in.
 * @param options as `findSession` takes them
 * @throws AppError as `forAnySession`, `session.of-an-emergency`
 */
export function forSession<T>(
  deps: HttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (acting: ActDeps, session: Session) => Promise<T>,
  options: { unattended?: boolean } = {},
): Promise<T> {
  const forOne = async (acting: ActDeps, session: Session) => {
    if (session.rights === 'emergency') throw new AppError('session.of-an-emergency');
    return work(acting, session);
  };
  return forAnySession(deps, request, reply, forOne, options);
}

/**
 * Does what somebody asks for who is signed in, be it for an emergency, as nobody of any directory. A request with no session behind it counts against its address, and takes a worthless
 * cookie away from the browser that sent it.
 * @throws AppError `session.missing`, `session.ended`, `guard.slow-down`; `token.*` for a program, which is no person
 */
export async function forAnySession<T>(
  deps: HttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (acting: ActDeps, session: Session) => Promise<T>,
  options: { unattended?: boolean } = {},
): Promise<T> {
  const act = actOf(request);
  const acting = { ...deps, act };
  const token = await tokenOf(deps, request);
  if (token !== null) throw await refusedToken(acting, token, 'token.needs-person');
  let session: Session;
  try {
    session = await findSession(acting, sessionTokens(deps, request), options);
  } catch (error) {
    if (isAppError(error, 'session.missing', 'session.ended') && sentSessionCookie(deps, request)) clearSessionCookie(deps, reply);
    if (!isAppError(error, 'session.missing')) throw error;
    const decision = await deps.guard.countStray(act.address);
    throw decision.allowed ? error : slowDown(act, decision.retryAt);
  }
  return work(acting, session);
}
