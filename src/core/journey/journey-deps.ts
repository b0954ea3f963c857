import type { CoreDeps } from '../core-deps.ts';
import type { FactorRegistry } from '../factors/registry.ts';
import type { Guard } from '../guard/guard.ts';
import type { PasswordStrength } from '../ports/platform.ts';
import type { LoadedJourney } from './journey-state.ts';

/** What the journey's use cases are given. */
export interface JourneyDeps extends CoreDeps {
  readonly guard: Guard;
  readonly factor: FactorRegistry;
  readonly strength: PasswordStrength;
  /** Look-ups of this node that are not over, by journey: whoever comes meanwhile waits for the same one. */
  readonly lookUps: Map<string, Promise<LoadedJourney>>;
}
