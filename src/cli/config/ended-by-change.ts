import { isAppError } from '../../../shared/errors.ts';
import type { Settings } from '../../config/settings.ts';
import { endedWithDirectories } from '../../core/administration/ended-with-directories.ts';
import type { ConfigurationProblem } from '../../core/configuration/describe-issues.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { inEffect } from '../../core/configuration/in-effect.ts';
import type { CommandContext } from '../command-context.ts';
import { mayHaveDatabase, withRuntime } from '../with-runtime.ts';

/**
 * What would end if a configuration were put into force now. Where there is no database yet nothing does; that one could not be read is a
 * warning too.
 */
export async function endedByChange(
  context: CommandContext,
  settings: Settings,
  configuration: Configuration,
): Promise<ConfigurationProblem[]> {
  if (!mayHaveDatabase(context, settings)) return [];
  try {
    return await withRuntime(context, settings, { only: 'store', schema: 'as-it-is' }, async ({ store, clock }) => {
      const current = await store.configurations.current();
      return current === null ? [] : endedWithDirectories({ store, clock }, inEffect(current), configuration);
    });
  } catch (error) {
    if (!isAppError(error)) throw error;
    const message = `Whose tokens and sessions would end could not be looked up: ${error.code}`;
    return [{ severity: 'warning', path: 'directories', message }];
  }
}
