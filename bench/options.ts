import { parseArgs } from 'node:util';

export const DIRECTORY_NAMES = ['openldap', 'samba'] as const;
export type DirectoryName = (typeof DIRECTORY_NAMES)[number];

export const BENCHMARK_NAMES = [
  ...DIRECTORY_NAMES,
  'recovery',
  'profile',
  'memory',
  'history',
  'stranded',
  'draft',
  'people',
  'helpdesk',
  'breached',
  'start',
] as const;
type BenchmarkName = (typeof BENCHMARK_NAMES)[number];

export interface BenchOptions {
  /** What to run. */
  readonly only: readonly BenchmarkName[];
  /** Seconds for each measurement, its preparation included. */
  readonly seconds: number;
  readonly database: 'sqlite' | 'postgres';
  /** How many recoveries go before the memory is looked at, and how many are profiled. */
  readonly recoveries: number;
  /** How many events the history is looked through. */
  readonly events: number;
  /** How many people the report of stranded ones looks at, and agents look for somebody among. */
  readonly people: number;
  /** Who call the helpdesk at the same time. */
  readonly callers: number;
  /** How many lines the list of breached passwords has. */
  readonly hashes: number;
  readonly json: boolean;
}

export const HELP = `Usage: npm run bench -- [options]

Measures Keyturn over HTTP against the same LDAP operations made by a bare LDAP client, on real directory servers, in
one run and in turns. Prints ratios first.

Options:
  --only NAME[,NAME]   ${BENCHMARK_NAMES.join(', ')} (all unless told; samba and people need root,
                       recovery a git history that reaches back to what it compares with)
  --seconds N          for each measurement, preparation included (12)
  --database KIND      sqlite (a file) or postgres, both waiting for the disk at each commit (sqlite)
  --recoveries N       before the memory is looked at, and of the profile (2000)
  --events N           of the history (1000000)
  --people N           of the report of stranded ones, and among whom agents look for somebody (100000); 20000 of them in Samba
  --callers N          who call fifty agents at once (2000)
  --hashes N           of the list of breached passwords (10000000); each takes 56 bytes of the temporary folder
  --json               one JSON document instead of tables
  --help               this text
`;

/**
 * Reads the command line.
 * @returns a sentence when it cannot be understood; null when help is wanted
 */
export function parseOptions(args: readonly string[]): BenchOptions | string | null {
  const parsed = parse(args);
  if (typeof parsed === 'string') return parsed;
  const { help, json, database, seconds, recoveries, events, people, callers, hashes, only } = parsed;
  if (help) return null;
  const wanted = only === undefined ? [...BENCHMARK_NAMES] : only.split(',');
  const unknown = wanted.find((name) => !(BENCHMARK_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) return `--only ${unknown}: not one of ${BENCHMARK_NAMES.join(', ')}`;
  if (!/^\d{1,4}$/.test(seconds) || Number(seconds) < 1) return `--seconds ${seconds}: a whole number from 1 on was expected`;
  if (database !== 'sqlite' && database !== 'postgres') return `--database ${database}: sqlite or postgres was expected`;
  if (!/^\d{1,6}$/.test(recoveries) || Number(recoveries) < 1) return `--recoveries ${recoveries}: a whole number from 1 on was expected`;
  if (!/^\d{1,8}$/.test(events) || Number(events) < 1) return `--events ${events}: a whole number from 1 on was expected`;
  if (!/^\d{1,7}$/.test(people) || Number(people) < 100) return `--people ${people}: a whole number from 100 on was expected`;
  if (!/^\d{1,5}$/.test(callers) || Number(callers) < 1) return `--callers ${callers}: a whole number from 1 on was expected`;
  if (!/^\d{1,9}$/.test(hashes) || Number(hashes) < 1) return `--hashes ${hashes}: a whole number from 1 on was expected`;
  const numbers = {
    seconds: Number(seconds),
    recoveries: Number(recoveries),
    events: Number(events),
    people: Number(people),
    callers: Number(callers),
    hashes: Number(hashes),
  };
  return { only: wanted as BenchmarkName[], ...numbers, database, json };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        seconds: { type: 'string', default: '12' },
        recoveries: { type: 'string', default: '2000' },
        events: { type: 'string', default: '1000000' },
        people: { type: 'string', default: '100000' },
        callers: { type: 'string', default: '2000' },
        hashes: { type: 'string', default: '10000000' },
        database: { type: 'string', default: 'sqlite' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
