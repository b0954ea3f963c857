import type { Clock, Keys } from '../ports/platform.ts';
import type { CounterRow, CounterStore } from '../ports/store.ts';
import { WRONG_CLOCK } from './wrong-clock.ts';

/** A password of a service account that a directory has refused. */
export interface RefusedSecret {
  /** How often in a row. */
  readonly times: number;
  /** It is not to be tried again before; milliseconds since 1970. */
  readonly until: number;
}

/**
 * Remembers refused passwords of service accounts for every process on the database: several nodes, restarts and each run of
 * `keyturn doctor` count as one, as they do for the directory that locks the account.
 */
export interface RefusedSecrets {
  /** null: it was not refused lately. */
  find(secret: SecretOf): Promise<RefusedSecret | null>;
  /** Notes a refusal, and for how long the password is to be left alone. */
  note(secret: SecretOf): Promise<RefusedSecret>;
  forget(secret: SecretOf): Promise<void>;
}

/** Whose password at which directory; `server` where only that one has refused it. */
export interface SecretOf {
  readonly directory: string;
  readonly name: string;
  readonly secret: string;
  readonly server?: string;
}

/** Milliseconds until a password that was refused is tried again; doubled with each refusal. Directories count within less, mostly. */
export const FIRST_PAUSE = 15 * 60_000;
export const LONGEST_PAUSE = 60 * 60_000;

/** Milliseconds after which a refusal is forgotten. */
const REMEMBERED = 24 * 60 * 60_000;

/** How long a password is left alone that was refused so often in a row; milliseconds. */
export function pauseAfter(times: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.max(0, times - 1));
}

/** Keeps no password: its keyed digest names a counter. */
export function createRefusedSecrets(counters: CounterStore, clock: Pick<Clock, 'now'>, keys: Pick<Keys, 'digest'>): RefusedSecrets {
  const keyOf = ({ directory, name, secret, server = '' }: SecretOf): string =>
    keys.digest('guard-target', JSON.stringify(['service-sign-in', directory, server, name, secret]));
  return {
    async find(secret) {
      const key = keyOf(secret);
      const [row] = await counters.read([key]);
      if (row === undefined || row.pausedUntil === 0) return null;
      if (row.pausedUntil < clock.now() + LONGEST_PAUSE + WRONG_CLOCK) return { times: row.count, until: row.pausedUntil };
      // Noted by a clock that was ahead and is right again: everybody would wait until that time comes.
      await counters.clear([key]);
      return null;
    },
    async note(secret) {
      const key = keyOf(secret);
      const now = clock.now();
      const times = ((await counters.hitAll([{ key, windowMilliseconds: REMEMBERED }], now)).get(key) as CounterRow).count;
      const until = now + pauseAfter(times);
      await counters.pause(key, until);
      return { times, until };
    },
    forget: (secret) => counters.clear([keyOf(secret)]),
  };
}
