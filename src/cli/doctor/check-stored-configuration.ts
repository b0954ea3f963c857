import type { Settings } from '../../config/settings.ts';
import { checkConfiguration } from '../../core/configuration/check-configuration.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import type { CommandContext } from '../command-context.ts';
import type { Runtime } from '../runtime.ts';
import { type Finding, findingsOf } from './finding.ts';

/** The configuration in force, judged on this machine: its secrets and files must be there as well. */
export async function checkStoredConfiguration(
  context: CommandContext,
  settings: Settings,
  { store }: Runtime,
): Promise<{ configuration: Configuration | null; findings: Finding[] }> {
  const { ok, warn, fail } = findingsOf('configuration');
  const row = await store.configurations.current();
  if (row === null) {
    return { configuration: null, findings: [fail('There is none yet', 'Apply one with `keyturn config apply FILE`')] };
  }
  const { problems, configuration } = checkConfiguration(JSON.parse(row.document), await context.checkContext(settings.demo));
  const findings = problems.map(({ severity, path, message }) => (severity === 'error' ? fail : warn)(`${path}: ${message}`));
  if (configuration !== null) findings.unshift(ok(`Version ${row.version} is in order`));
  return { configuration, findings };
}
