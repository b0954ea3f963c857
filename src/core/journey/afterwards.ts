import type { CoreDeps } from '../core-deps.ts';

type Deps = Pick<CoreDeps, 'configuration' | 'random'>;

/**
 * When the directories are asked whom a new journey is about; milliseconds after its start. Not at once, when a second request
 * would stand behind it, and early enough to be over when the first answer may leave.
 */
export function lookUpDelay(deps: Deps): number {
  const settle = deps.configuration().recovery.settleMilliseconds;
  return Math.round(settle / 5) + random(deps, settle / 5);
}

/**
 * When something is done that no answer waits for; milliseconds after the act that asks for it. Long after that act's answer, and
 * at no time that an outsider could wait for.
 */
export function afterwardsDelay(deps: Deps): number {
  const settle = deps.configuration().recovery.settleMilliseconds;
  return 4 * settle + random(deps, 8 * settle);
}

function random(deps: Deps, below: number): number {
  return below < 1 ? 0 : deps.random.integer(Math.floor(below));
}
