import { withLines } from '../../../shared/fix-text.ts';
import { CLOCKS_MAY_DIFFER } from '../clocks-differ.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Clock } from '../ports/platform.ts';
import { type FailureFindings, type Finding, findingsOf } from './finding.ts';

/** The database server's clock, milliseconds since 1970; null where it has none of its own. */
export type DatabaseTime = () => Promise<number | null>;

interface ClockDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly databaseTime: DatabaseTime;
}

/**
 * A round trip, the clock, and mail that was given up. A database that can be read and takes no writes (its disk is full, a standby) is a
 * finding among others.
 * @param database as it is called, without what is secret of it
 * @param failed puts an error into words
 */
export async function checkStore(
  { store, clock, databaseTime }: Pick<CoreDeps, 'store' | 'clock'> & { readonly databaseTime: DatabaseTime },
  database: string,
  failed: FailureFindings,
): Promise<Finding[]> {
  const { ok, warn } = findingsOf('database');
  const startedAt = clock.now();
  const findings = await store.ping().then(
    (): Finding[] => [ok(`${database} takes writes (${clock.now() - startedAt} ms), its schema is current`)],
    (error: unknown) => failed('database', error),
  );
  findings.push(...(await checkClock({ clock, databaseTime })));
  for (const lane of await store.outbox.backlog(clock.now())) {
    if (lane.failed > 0) {
      findings.push({
        ...warn(
          lane.failed === 1 ? `1 message (${lane.lane}) was given up` : `${lane.failed} messages (${lane.lane}) were given up`,
          withLines('See what is in the way of each', 'keyturn outbox list'),
        ),
        area: 'outbox',
      });
    }
  }
  return findings;
}

/** Nodes whose clocks differ by more than this hold each other's journeys up; milliseconds. */
const CLOCK_WARN = 2000;

export const CLOCK_FIX = 'Let both be set by NTP (systemd-timesyncd or chrony)';

/** How far this machine's clock is ahead of the one that all nodes have in common, in milliseconds; null: there is none. */
export async function readAhead({ clock, databaseTime }: ClockDeps): Promise<number | null> {
  const before = clock.now();
  const theirs = await databaseTime();
  return theirs === null ? null : (before + clock.now()) / 2 - theirs;
}

/** This machine's clock beside the one that all nodes have in common. */
export async function checkClock({ clock, databaseTime }: ClockDeps): Promise<Finding[]> {
  const { ok, warn, fail } = findingsOf('clock');
  const ahead = await readAhead({ clock, databaseTime });
  if (ahead === null) return [];
  const seconds = Math.round(Math.abs(ahead) / 1000);
  if (seconds * 1000 < CLOCK_WARN) return [ok('It agrees with the clock of the database')];
  const text = `This machine is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} the clock of the database`;
  return [seconds * 1000 < CLOCKS_MAY_DIFFER ? warn(text, CLOCK_FIX) : fail(`${text}: codes of authenticators are refused`, CLOCK_FIX)];
}
