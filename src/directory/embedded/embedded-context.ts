import type { EmbeddedStore } from '../../core/ports/embedded-store.ts';
import type { PasswordPolicy } from '../../core/ports/password-policy.ts';
import type { Clock } from '../../core/ports/platform.ts';

/** What the parts of one embedded directory share. */
export interface EmbeddedContext {
  readonly directory: string;
  readonly accounts: EmbeddedStore;
  readonly clock: Clock;
  readonly policy: PasswordPolicy;
}
