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
export async function checkDatabase(context: CommandContext, settings: Settings, { store, clock }: Runtime): Promise<Finding[]> {
  const { ok, warn } = findingsOf('database');
  const url = describeDatabaseUrl(resolveDatabaseUrl(settings, context.resolveSecret));
  const startedAt = clock.now();
  await store.ping();
  const findings: Finding[] = [ok(`${url} takes writes (${clock.now() - startedAt} ms), its schema is current`)];
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
