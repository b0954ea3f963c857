import type { CoreDeps } from '../core-deps.ts';
import type { FactorRegistry } from '../factors/registry.ts';
import type { Guard } from '../guard/guard.ts';
import type { PasswordStrength } from '../ports/platform.ts';

/** What the journey's use cases are given. */
export interface JourneyDeps extends CoreDeps {
  readonly guard: Guard;
  readonly factor: FactorRegistry;
  readonly strength: PasswordStrength;
}
