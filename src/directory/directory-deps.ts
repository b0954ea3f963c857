import type { RefusedSecrets } from '../core/guard/refused-secrets.ts';
import type { Clock, Log, Random } from '../core/ports/platform.ts';

/** What every directory adapter is given by the composition root. */
export interface DirectoryDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Turns a reference (`env:NAME`, `file:/path`) into the secret. Asked at every sign-in of the service account, so a new secret needs no restart. */
  resolveSecret(reference: string): Promise<string>;
  readonly refusedSecrets: RefusedSecrets;
}
