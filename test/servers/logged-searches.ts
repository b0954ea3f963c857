import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SlapdServer } from './slapd.ts';

/** Milliseconds after which a log that has not grown is taken to be complete: it is written after the answers are sent. */
const QUIET = 200;

/**
 * What an OpenLDAP was searched for while something was done, a line with base and filter for each search, as the server itself writes it
 * down. Only for one that was started with `logOperations`, and that nobody else asks meanwhile.
 */
export async function searchesDuring<T>(
  { logFile }: Pick<SlapdServer, 'logFile'>,
  work: () => Promise<T>,
): Promise<{ result: T; asked: readonly string[] }> {
  const before = (await settled(logFile)).length;
  const result = await work();
  return { result, asked: (await settled(logFile)).slice(before) };
}

async function settled(logFile: string): Promise<readonly string[]> {
  for (let before = searchesIn(logFile); ; ) {
    await sleep(QUIET);
    const now = searchesIn(logFile);
    if (now.length === before.length) return now;
    before = now;
  }
}

function searchesIn(logFile: string): string[] {
  return readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes(' SRCH base='));
}
