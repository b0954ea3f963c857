import type { BreachedPasswords } from '../core/ports/breached-passwords.ts';
import type { Log } from '../core/ports/platform.ts';

/** A source of breached passwords, as far as its look-up differs from that of others. */
export interface Source {
  readonly log: Log;
  /** Which one it is, for the log. */
  readonly facts: Record<string, unknown>;
  /** Whether the password is known from a leak; rejects where that cannot be told. */
  ask(password: string): Promise<boolean>;
  /** What an error of `ask` is called in the log. */
  reasonOf(error: unknown): string;
}

/**
 * The look-up of a source: what cannot be asked is "not known". That is logged when it begins, when its reason changes and when it
 * ends, and not at each of the questions between, which come while people type.
 */
export function createLook({ log, facts, ask, reasonOf }: Source): BreachedPasswords['look'] {
  let told: string | null = null;
  return async (password) => {
    try {
      const found = await ask(password);
      if (told !== null) log.info('breached.known-again', facts);
      told = null;
      return found ? 'breached' : 'not-breached';
    } catch (error) {
      const reason = reasonOf(error);
      if (told !== reason) log.error('breached.not-known', { ...facts, reason });
      told = reason;
      return 'not-known';
    }
  };
}
