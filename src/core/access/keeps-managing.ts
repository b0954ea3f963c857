import type { Configuration } from '../configuration/document.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Session } from '../sessions/session.ts';
import { canManage } from './can.ts';
import { readActor } from './read-access-facts.ts';

/**
 * Whether who is signed in could still change the configuration, and sign in to do so, if another one were in force. Who was let in for
 * an emergency rests on none. null: it cannot be told.
 * @throws AppError `directory.*`
 */
export async function keepsManaging(deps: ActDeps, session: Session, other: Configuration): Promise<boolean | null> {
  if (session.rights === 'emergency') return true;
  if (!other.signIn.enabled || !other.directories.some(({ id }) => id === session.account.directory)) return false;
  const directory = deps.directories.get(session.account.directory);
  const self = await directory.readAccount(session.account);
  if (self === null) return false;
  const decision = canManage(other.roles, await readActor(deps, directory, other.roles, self), 'manage-configuration');
  return decision.allowed ? true : decision.because === 'not-known' ? null : false;
}
