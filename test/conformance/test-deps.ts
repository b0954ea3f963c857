import { randomBytes, randomInt } from 'node:crypto';
import { AppError } from '../../shared/errors.ts';
import type { Clock, Log, Random } from '../../src/core/ports/platform.ts';
import { createKeptRefusals } from '../kept-refusals.ts';

export const random: Random = { bytes: (length) => randomBytes(length), integer: (below) => randomInt(below) };

/** Keeps what would be logged, so that tests can look for what must not be there. */
export interface KeptLog extends Log {
  readonly lines: string[];
}

export function createKeptLog(): KeptLog {
  const lines: string[] = [];
  const keep = (event: string, facts?: Record<string, unknown>): void => void lines.push(`${event} ${JSON.stringify(facts ?? {})}`);
  return { lines, info: keep, warn: keep, error: keep };
}

/** What a directory adapter is given; `env:NAME` is looked up in `secrets`. */
export function directoryDeps(clock: Clock, secrets: Readonly<Record<string, string>>) {
  return {
    clock,
    random,
    log: createKeptLog(),
    refusedSecrets: createKeptRefusals(clock),
    async resolveSecret(reference: string): Promise<string> {
      const secret = secrets[reference.replace(/^env:/, '')];
      if (secret === undefined) throw new AppError('configuration.secret-missing', { reference });
      return secret;
    },
  };
}
