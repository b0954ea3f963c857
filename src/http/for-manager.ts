import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InstallationPermission } from '../../shared/permissions.ts';
import { type ManagingProof, requireManage } from '../core/access/manage.ts';
import type { Actor } from '../core/audit/events.ts';
import type { ActDeps } from '../core/journey/act.ts';
import type { Session } from '../core/sessions/session.ts';
import { forAnySession } from './for-session.ts';
import type { HttpDeps } from './http-deps.ts';

/**
 * Does what somebody asks for at the installation, who may by a role or in an emergency.
 * @param options.proof as `requireManage` asks for it
 * @throws AppError as `forAnySession` and `requireManage`
 */
export function forManager<T>(
  deps: HttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  action: InstallationPermission,
  options: { proof: ManagingProof },
  work: (acting: ActDeps, session: Session, actor: Actor) => Promise<T>,
): Promise<T> {
  return forAnySession(deps, request, reply, async (acting, session) =>
    work(acting, session, await requireManage(acting, session, action, options)),
  );
}
