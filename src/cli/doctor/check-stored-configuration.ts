import { resolve } from 'node:path';
import { shellWord, withLines } from '../../../shared/fix-text.ts';
import type { Settings } from '../../config/settings.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { type Finding, findingsOf } from '../../core/health/finding.ts';
import { correctInForce, judgeDocument } from '../../core/health/judge-document.ts';
import type { CommandContext } from '../command-context.ts';
import type { Runtime } from '../runtime.ts';

/** A configuration as this machine sees it: its secrets and files must be there as well. */
export interface JudgedConfiguration {
  readonly inForce: boolean;
  /** null when it is not in order. */
  readonly configuration: Configuration | null;
  /** Empty when there is none to judge. */
  readonly findings: Finding[];
}

/** The one in force. */
export async function checkStoredConfiguration(
  context: CommandContext,
  settings: Settings,
  { store }: Runtime,
): Promise<JudgedConfiguration> {
  const row = await store.configurations.current();
  if (row === null) return { inForce: false, configuration: null, findings: [] };
  const { configuration, findings } = await judge(context, settings, JSON.parse(row.document), correctInForce);
  if (configuration !== null) findings.unshift(findingsOf('configuration').ok(`Version ${row.version} is in order`));
  return { inForce: true, configuration, findings };
}

/**
 * The one of the settings file, which the first start will put into force, or has put.
 * @param isKnown false: the database does not tell whether there is one in force
 */
export async function checkFirstConfiguration(context: CommandContext, settings: Settings, isKnown: boolean): Promise<JudgedConfiguration> {
  const { fail, note } = findingsOf('configuration');
  const document = context.settings().configuration;
  const file = resolve(context.settingsFile() ?? 'keyturn.yaml');
  if (document === undefined && !isKnown) {
    return { inForce: false, configuration: null, findings: [note('The database does not tell which one is in force')] };
  }
  if (document === undefined) {
    const fix = withLines('Put it under `configuration:` in the settings file, or apply one', 'keyturn config apply FILE');
    return { inForce: false, configuration: null, findings: [fail('There is none yet', fix)] };
  }
  const fix = withLines(`Correct it in ${file}, then check it again`, `keyturn config check ${shellWord(file)}`);
  const { configuration, findings } = await judge(context, settings, document, fix);
  const which = isKnown
    ? `There is none in force yet; judged is the one of ${file}, which the first start puts into force`
    : `The database does not tell which one is in force; judged is the one of ${file}, as of the first start`;
  findings.unshift(note(which));
  return { inForce: false, configuration, findings };
}

async function judge(context: CommandContext, settings: Settings, document: unknown, fix: string) {
  return judgeDocument(document, await context.checkContext(settings.demo), fix);
}
