import { PERMISSIONS, PERSON_PERMISSIONS, type Permission, type PersonPermission } from '../../../shared/permissions.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Session } from '../sessions/session.ts';
import { holdsStanding } from './can.ts';
import { readSessionActor } from './held-roles.ts';

/** What somebody who is signed in may do by their roles, told to themselves. */
export interface OwnRoles {
  readonly roles: readonly string[];
  readonly may: readonly Permission[];
  /** What roles allow managers for their direct reports. */
  readonly asManager: readonly PersonPermission[];
  /** Not every role could be read. */
  readonly incomplete: boolean;
}

const NONE: OwnRoles = { roles: [], may: [], asManager: [], incomplete: false };

/**
 * Read from the directory now. A session that may do nothing but enrol acts by no role.
 * @throws AppError `session.ended` when a role by which they acted is held no more, and `directory.*`
 */
export async function readOwnRoles(deps: ActDeps, session: Session): Promise<OwnRoles> {
  const { roles } = deps.configuration();
  if (session.rights !== 'full' || roles.length === 0) return NONE;
  const actor = await readSessionActor(deps, session);
  if (actor === null || actor.barred !== null) return NONE;
  const judged = roles.map((role) => ({ role, held: holdsStanding(role, actor) }));
  const held = judged.filter((each) => each.held === true).map(({ role }) => role);
  const managers = roles.filter(({ heldBy }) => heldBy.directManager && heldBy.directories?.includes(session.account.directory) !== false);
  return {
    roles: held.map(({ name }) => name),
    may: PERMISSIONS.filter((permission) => held.some(({ may }) => may.includes(permission))),
    asManager: PERSON_PERMISSIONS.filter((permission) => managers.some(({ may }) => may.includes(permission))),
    incomplete: judged.some((each) => each.held === null),
  };
}
