import { pauseAfter, type RefusedSecret, type RefusedSecrets, type SecretOf } from '../src/core/guard/refused-secrets.ts';
import type { Clock } from '../src/core/ports/platform.ts';

/** Remembers refusals as a database would, for tests of a directory alone. */
export function createKeptRefusals(clock: Pick<Clock, 'now'>): RefusedSecrets {
  const kept = new Map<string, RefusedSecret>();
  const keyOf = ({ directory, name, secret, server = '' }: SecretOf): string => JSON.stringify([directory, server, name, secret]);
  return {
    find: async (secret) => kept.get(keyOf(secret)) ?? null,
    async note(secret) {
      const times = (kept.get(keyOf(secret))?.times ?? 0) + 1;
      const refusal = { times, until: clock.now() + pauseAfter(times) };
      kept.set(keyOf(secret), refusal);
      return refusal;
    },
    async forget(secret) {
      kept.delete(keyOf(secret));
    },
  };
}
