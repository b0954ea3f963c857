import { randomInt } from 'node:crypto';
import type { MovableClock } from './harness.ts';

const letters = 'abcdefghijklm';

/** Letters only, from the first half of the alphabet: no part of it is in any of the passwords below (389 DS looks for parts). */
export function newLogin(prefix = 'kk'): string {
  return prefix + Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join('');
}

/** Seventeen characters of four kinds that no account has in its names: good under every policy of the suite. */
export function newPassword(): string {
  return `Qz-${String(randomInt(10 ** 10)).padStart(10, '0')}-Wyr`;
}

/** Fourteen: enough for the default policy of every kind, too short for `strict`. */
export function shortPassword(): string {
  return `Qz-${String(randomInt(10 ** 8)).padStart(8, '0')}-Wy`;
}

/** Seven: too short everywhere. */
export const tooShortPassword = 'Qz-1-Wy';

/** Fourteen lower-case letters. */
export function simplePassword(): string {
  return Array.from({ length: 14 }, () => 'qrvwyz'[randomInt(6)]).join('');
}

export function createMovableClock(): MovableClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    monotonic: () => performance.now() + ahead,
    // Nothing in an adapter waits; a test that needs time to pass moves the clock.
    sleep: async (milliseconds) => {
      ahead += milliseconds;
    },
    forward: (milliseconds) => {
      ahead += milliseconds;
    },
  };
}

/** Asks until the answer is yes, as a server does some things just after it has answered. */
export async function eventually(question: () => Promise<boolean> | boolean, limit = 15_000): Promise<void> {
  const end = performance.now() + limit;
  while (!(await question())) {
    if (performance.now() > end) throw new Error(`not within ${limit} ms`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
