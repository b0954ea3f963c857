import { databaseFile, describeDatabaseUrl, resolveDatabaseUrl } from '../../config/resolve-database-url.ts';
import type { Settings } from '../../config/settings.ts';
import type { CommandContext } from '../command-context.ts';
import type { Runtime } from '../runtime.ts';
import { checkPrivateFile, checkSpace } from './check-machine.ts';
import { failureFindings } from './failure-findings.ts';
import { type Finding, findingsOf } from './finding.ts';

/** What can be said about the database before it is opened: where it is, and room for it. */
export async function checkDatabasePlace(context: CommandContext, settings: Settings): Promise<Finding[]> {
  try {
    const file = databaseFile(resolveDatabaseUrl(settings, context.resolveSecret));
    return file === null ? [] : [...(await checkSpace('database', file)), ...checkPrivateFile('database', file)];
  } catch (error) {
    return failureFindings('database', error);
  }
}

/** A round trip, work that was left behind, and mail that was given up. */
export async function checkDatabase(context: CommandContext, settings: Settings, runtime: Runtime): Promise<Finding[]> {
  const { store, clock } = runtime;
  const { ok, warn } = findingsOf('database');
  const url = describeDatabaseUrl(resolveDatabaseUrl(settings, context.resolveSecret));
  const startedAt = clock.now();
  await store.ping();
  const findings: Finding[] = [ok(`${url} takes writes (${clock.now() - startedAt} ms), its schema is current`)];
  findings.push(...(await checkClock(runtime)));
  for (const lane of await store.outbox.backlog(clock.now())) {
    if (lane.failed > 0) {
      findings.push({
        ...warn(`${lane.failed} messages (${lane.lane}) were given up`, 'See the mail lines below, and the log'),
        area: 'outbox',
      });
    }
  }
  return findings;
}

/** Nodes whose clocks differ by more than this hold each other's journeys up; milliseconds. */
const CLOCK_WARN = 2000;
/** A code of an authenticator is shown for thirty seconds: beyond this those of people who are in time are refused. */
const CLOCK_FAIL = 20_000;

/** This machine's clock beside the one that all nodes have in common. */
export async function checkClock({
  clock,
  databaseTime,
}: {
  clock: Pick<Runtime['clock'], 'now'>;
  databaseTime: Runtime['databaseTime'];
}): Promise<Finding[]> {
  const { ok, warn, fail } = findingsOf('clock');
  const before = clock.now();
  const theirs = await databaseTime();
  if (theirs === null) return [];
  const ahead = (before + clock.now()) / 2 - theirs;
  const seconds = Math.round(Math.abs(ahead) / 1000);
  if (seconds * 1000 < CLOCK_WARN) return [ok('It agrees with the clock of the database')];
  const text = `This machine is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} the clock of the database`;
  const fix = 'Let both be set by NTP (systemd-timesyncd or chrony)';
  return [seconds * 1000 < CLOCK_FAIL ? warn(text, fix) : fail(`${text}: codes of authenticators are refused`, fix)];
}
