import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InstallationPermission } from '../../shared/permissions.ts';
import { type Caller, refusedToken, requireManageOrToken } from '../core/access/caller.ts';
import type { Actor } from '../core/audit/events.ts';
import type { ActDeps } from '../core/journey/act.ts';
import { actOf } from './act-of.ts';
import { tokenOf } from './api-token.ts';
import { forAnySession, forSession } from './for-session.ts';
import type { HttpDeps } from './http-deps.ts';

/**
 * Does what somebody asks for who is signed in, or a program whose token has the scope that the call says (`config.token`).
 * @throws AppError as `tokenOf` and `forSession`; `token.not-allowed`, `token.needs-person`
 */
export async function forCaller<T>(
  deps: HttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (acting: ActDeps, caller: Caller) => Promise<T>,
  orElse: typeof forSession = forSession,
): Promise<T> {
  const token = await tokenOf(deps, request);
  if (token === null) return orElse(deps, request, reply, work);
  const acting = { ...deps, act: actOf(request) };
  const { token: rule = 'never' } = request.routeOptions.config;
  if (rule === 'never') throw await refusedToken(acting, token, 'token.needs-person');
  if (rule !== 'any' && !token.may.includes(rule)) throw await refusedToken(acting, token, 'token.not-allowed');
  return work(acting, token);
}

/** The same for what is seen at the installation: also in an emergency. @throws AppError as `forCaller` and `requireManageOrToken` */
export function forViewer<T>(
  deps: HttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  action: InstallationPermission,
  work: (acting: ActDeps, caller: Caller, actor: Actor) => Promise<T>,
): Promise<T> {
  const seen = async (acting: ActDeps, caller: Caller) => work(acting, caller, await requireManageOrToken(acting, caller, action));
  return forCaller(deps, request, reply, seen, forAnySession);
}
