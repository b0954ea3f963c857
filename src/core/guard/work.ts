import type { CoreDeps } from '../core-deps.ts';
import type { WorkChallenge } from '../ports/platform.ts';

/**
 * A proof of work: find the counter whose key begins as told. The right counter lies in the upper half of `difficulty`, so that the
 * time is nearly the same for everybody and progress can be shown.
 * @param factor how many times as hard as the smallest
 */
export async function createWork(
  deps: Pick<CoreDeps, 'work' | 'random' | 'configuration'>,
  factor: number,
): Promise<{ challenge: WorkChallenge; difficulty: number }> {
  const { iterations, tries } = deps.configuration().guard.work;
  const difficulty = tries * factor;
  const least = Math.floor(difficulty / 2);
  const challenge = await deps.work.create({ iterations, counter: least + deps.random.integer(difficulty - least) });
  return { challenge, difficulty };
}
