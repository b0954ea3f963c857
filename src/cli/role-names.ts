import { isAppError } from '../../shared/errors.ts';
import { fixParts } from '../../shared/fix-text.ts';
import type { Settings } from '../config/settings.ts';
import { checkRoleNames } from '../core/access/check-role-names.ts';
import type { ConfigurationProblem } from '../core/configuration/describe-issues.ts';
import type { Configuration } from '../core/configuration/document.ts';
import type { CommandContext } from './command-context.ts';
import { mayHaveDatabase, withRuntime } from './with-runtime.ts';

/**
 * What the roles of a configuration name and its directories do not have: a document alone cannot show it. It need not be in
 * force, and there need not be a database yet. That nothing could be looked up is a warning too.
 */
export async function roleNameWarnings(
  context: CommandContext,
  settings: Settings,
  configuration: Configuration,
): Promise<ConfigurationProblem[]> {
  if (configuration.roles.length === 0) return [];
  try {
    const isThere = mayHaveDatabase(context, settings);
    const place: Settings = isThere ? settings : { ...settings, database: { url: 'sqlite::memory:' } };
    const options = isThere ? ({ configuration, schema: 'as-it-is' } as const) : { configuration };
    const names = await withRuntime(context, place, options, ({ directories }) => checkRoleNames(directories, configuration));
    return names
      .filter(({ ok }) => !ok)
      .map(({ setting, value, text, directory, fix }) => {
        const { sentence, lines } = fixParts(fix ?? `Correct ${setting}`);
        return {
          severity: 'warning',
          path: setting,
          message: `${value}: ${text}, in directory ${directory}. ${[`${sentence}${lines.length === 0 ? '.' : ':'}`, ...lines].join('\n    ')}`,
        };
      });
  } catch (error) {
    if (!isAppError(error)) throw error;
    return [
      { severity: 'warning', path: 'roles', message: `Whether the directories have what roles name could not be looked up: ${error.code}` },
    ];
  }
}
