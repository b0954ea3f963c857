import type { KyselyConfig } from 'kysely';

/** Hears of each statement how long it took, waiting for a lock included, and whether it failed. Nothing of its text or values. */
export type OnStatement = (seconds: number, failed: boolean) => void;

/** The part of kysely's configuration that tells. */
export function watchStatements(onStatement: OnStatement | undefined): Pick<KyselyConfig, 'log'> {
  if (onStatement === undefined) return {};
  return { log: ({ level, queryDurationMillis }) => onStatement(queryDurationMillis / 1000, level === 'error') };
}
