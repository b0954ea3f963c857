import { randomBytes } from 'node:crypto';
import { type ConfigurationDocument, configurationSchema } from '../src/core/configuration/document.ts';
import { createGuard, type Guard } from '../src/core/guard/guard.ts';
import type { Keys } from '../src/core/ports/platform.ts';
import type { Store } from '../src/core/ports/store.ts';
import { createKeys } from '../src/platform/derived-keys.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

/** A guard over a store, with what its tests look at. */
export interface OpenedGuard {
  guard: Guard;
  clock: ManualClock;
  /** What it names counters by, in clear. */
  named: Set<string>;
  /** The digest that a counter of this name stands by. */
  digestOf: (name: string) => string;
}

/** Opens one with limits of its own; everything else of the configuration is as small as can be. */
export function openGuard(
  store: Store,
  limits: ConfigurationDocument['guard'] = {},
  factors: ConfigurationDocument['factors'] = {},
): OpenedGuard {
  const clock = createManualClock();
  const named = new Set<string>();
  const digests = createKeys(randomBytes(32));
  const keys: Keys = {
    ...digests,
    digest(purpose, value) {
      if (purpose !== 'guard-target') throw new Error(`a digest for ${purpose}`);
      named.add(value);
      return digests.digest(purpose, value);
    },
  };
  const configuration = configurationSchema.parse({
    version: 1,
    organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' },
    directories: [{ id: 'people', kind: 'embedded', label: 'People' }],
    mail: { kind: 'capture' },
    guard: limits,
    factors,
  });
  const guard = createGuard({ store, clock, keys, configuration: () => configuration });
  return { guard, clock, named, digestOf: (name) => digests.digest('guard-target', name) };
}
