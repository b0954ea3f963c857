import type { ActDeps } from '../act.ts';
import type { ProvenAccount } from './goal.ts';

/** Whether the directory of an account can unlock at all. */
export function canUnlock(deps: ActDeps, { candidate }: ProvenAccount): boolean {
  return deps.directories.get(candidate.ref.directory).abilities.verbs.includes('unlock-account');
}
