import { databaseFile, resolveDatabaseUrl } from '../../config/resolve-database-url.ts';
import type { Settings } from '../../config/settings.ts';
import type { Finding } from '../../core/health/finding.ts';
import type { CommandContext } from '../command-context.ts';
import { checkPrivateFile, checkSpace } from './check-machine.ts';
import { failureFindings } from './failure-findings.ts';

/** What can be said about the database before it is opened: where it is, and room for it. */
export async function checkDatabasePlace(resolveSecret: CommandContext['resolveSecret'], settings: Settings): Promise<Finding[]> {
  try {
    const file = databaseFile(resolveDatabaseUrl(settings, resolveSecret));
    return file === null ? [] : [...(await checkSpace('database', file)), ...checkPrivateFile('database', file)];
  } catch (error) {
    return failureFindings('database', error);
  }
}
