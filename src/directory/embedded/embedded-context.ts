import type { PasswordPolicy } from '../../core/ports/directory.ts';
import type { Clock } from '../../core/ports/platform.ts';
import type { EmbeddedStore } from '../../core/ports/store.ts';

/** What the parts of one embedded directory share. */
export interface EmbeddedContext {
  readonly directory: string;
  readonly accounts: EmbeddedStore;
  readonly clock: Clock;
  readonly policy: PasswordPolicy;
}
