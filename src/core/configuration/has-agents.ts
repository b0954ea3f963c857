import { isAct } from '../../../shared/permissions.ts';
import type { Configuration } from './document.ts';

/** Whether there are roles by which people are helped who are not the reports of whoever helps: then callers are verified. */
export function hasAgents({ roles, signIn }: Pick<Configuration, 'roles' | 'signIn'>): boolean {
  const isStanding = ({ heldBy }: Configuration['roles'][number]) => heldBy.groups !== undefined || heldBy.accounts !== undefined;
  return signIn.enabled && roles.some((role) => isStanding(role) && role.may.some(isAct));
}
