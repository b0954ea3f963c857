import { resolve } from 'node:path';
import { isAppError } from '../../shared/errors.ts';
import { shellWord } from '../../shared/fix-text.ts';
import type { Settings } from '../config/settings.ts';
import { applyConfiguration } from '../core/configuration/apply-configuration.ts';
import type { CommandContext } from './command-context.ts';
import { completeCommand } from './complete-command.ts';
import { withRuntime } from './with-runtime.ts';

/**
 * Puts the `configuration:` part of the settings file into force if there is no configuration yet. Later starts
 * leave the database alone: a change made elsewhere must not be undone by a restart.
 *
 * @returns what was done, as a sentence
 * @throws AppError `configuration.invalid` when it is the first start and the document is not in order
 */
export async function importOnFirstStart(context: CommandContext, settings: Settings, document: unknown, source: string): Promise<string> {
  return withRuntime(context, settings, { only: 'store' }, async ({ store, clock }) => {
    const kept = (version: number) =>
      `Version ${version} of the configuration is in force; the one in ${source} is for the first start only. Compare them:\n${completeCommand(`keyturn config diff ${shellWord(resolve(source))}`, source)}`;
    const current = await store.configurations.current();
    if (current !== null) return kept(current.version);
    try {
      const { version, warnings } = await applyConfiguration(
        { store, clock, checkContext: await context.checkContext(settings.demo) },
        {
          document,
          expectedVersion: 0,
          actor: { kind: 'operator', client: 'cli' },
          author: 'first start',
          comment: `Imported from ${source}`,
        },
      );
      for (const { path, message } of warnings) context.writeError(`warning: ${path}: ${message}\n`);
      return `Imported the configuration of ${source} as version ${version}.`;
    } catch (error) {
      // Another node of the same installation was quicker.
      if (isAppError(error, 'configuration.conflict')) return kept(Number(error.details.current));
      throw error;
    }
  });
}
