import { AppError } from '../../../shared/errors.ts';
import { INSTALLATION_PERMISSIONS, type InstallationPermission } from '../../../shared/permissions.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { ActDeps } from '../journey/act.ts';
import { slowDown } from '../journey/start-journey.ts';
import { allGivenAnew, requireFreshProof, requireFullRights } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';
import { type AccessRefusal, canManage } from './can.ts';
import { emergencyActor } from './emergency.ts';
import { readSessionActor } from './held-roles.ts';
import { delegateActor } from './helped.ts';

/** How fresh the proofs must be of who changes something at the installation; milliseconds. */
const FRESH_FOR = 5 * 60_000;

/**
 * How sure it must be that it is them:
 *
 * - `any`      to see something: the proofs of the session
 * - `fresh`    to change something: all of them given lately
 * - `passkey`  to change what others rest on: a passkey given lately, which no page of somebody else's can have got out of them
 */
export type ManagingProof = 'any' | 'fresh' | 'passkey';

/**
 * Lets somebody do something at the installation: by a role, as the directory tells now, or as the administrator of an emergency, once
 * they have a passkey. To be called for every act, in the request that asks for it.
 * @param proof asked of who acts by a role. A session of an emergency is short, and its passkey was given for it.
 * @returns who acts, for the audit log
 * @throws AppError `access.management-refused`, `session.*`, `emergency.passkey-needed`, `guard.slow-down`, `directory.*`
 */
export async function requireManage(
  deps: ActDeps,
  session: Session,
  action: InstallationPermission,
  { proof }: { proof: ManagingProof },
): Promise<Actor> {
  if (session.rights === 'emergency') return requireEmergency(deps, session);
  requireFullRights(session);
  const actor = await readSessionActor(deps, session);
  const decision = actor === null ? null : canManage(deps.configuration().roles, actor, action);
  if (decision?.allowed !== true) throw await refusal(deps, session, action, decision?.because ?? 'actor-barred');
  if (proof === 'passkey') requireFreshProof(deps.act, session, { within: FRESH_FOR, anyOf: [['passkey']] });
  if (proof === 'fresh') requireFreshProof(deps.act, session, allGivenAnew(deps.configuration(), session, FRESH_FOR));
  return delegateActor(deps, session);
}

/** What somebody may do at the installation, for showing what there is: each act asks again. @throws AppError as `requireManage` */
export async function manageable(deps: ActDeps, session: Session): Promise<InstallationPermission[]> {
  if (session.rights === 'emergency') return (await hasPasskey(deps, session)) ? [...INSTALLATION_PERMISSIONS] : [];
  requireFullRights(session);
  const { roles } = deps.configuration();
  const actor = await readSessionActor(deps, session);
  return actor === null ? [] : INSTALLATION_PERMISSIONS.filter((action) => canManage(roles, actor, action).allowed);
}

async function requireEmergency(deps: ActDeps, session: Session): Promise<Actor> {
  if (!(await hasPasskey(deps, session))) throw new AppError('emergency.passkey-needed');
  return emergencyActor(deps, session.account.id, session.client);
}

async function hasPasskey({ store }: ActDeps, { account }: Session): Promise<boolean> {
  const row = await store.emergencies.find(account.id);
  return row !== null && row.retiredAt === null && row.credential !== null;
}

async function refusal(deps: ActDeps, session: Session, action: InstallationPermission, reason: AccessRefusal): Promise<AppError> {
  const actor = delegateActor(deps, session);
  await deps.store.transaction((store) =>
    recordEvent(store, deps.clock, { type: 'access.management-refused', actor, session: session.id, action, reason }),
  );
  const decision = await deps.guard.countStray(deps.act.address);
  return decision.allowed ? new AppError('access.management-refused') : slowDown(deps.act, decision.retryAt);
}
