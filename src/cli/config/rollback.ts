import type { Command } from 'commander';
import { AppError } from '../../../shared/errors.ts';
import { endedWithDirectories } from '../../core/administration/ended-with-directories.ts';
import { type Change, diffConfiguration, plainChanges } from '../../core/configuration/diff-configuration.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { formatPath } from '../../core/configuration/format-path.ts';
import { inEffect } from '../../core/configuration/in-effect.ts';
import type { CommandContext } from '../command-context.ts';
import { withExamples } from '../examples.ts';
import { roleNameWarnings } from '../role-names.ts';
import { withRuntime } from '../with-runtime.ts';
import { applyHere, changeLine, parseVersion, reportApplied, warn } from './applied.ts';

interface Flags {
  comment?: string;
  expect?: number;
  dryRun?: boolean;
  json?: boolean;
}

/** `keyturn config rollback`: an older version in force again, as a new one. */
export function addRollback(config: Command, context: CommandContext): void {
  const rollback = config
    .command('rollback')
    .description(
      'Put an older version of the configuration into force again: judged as any other, kept as a new version, audited. Without a number: the one before that in force.',
    )
    .argument('[version]', 'number of the older version', parseVersion)
    .option('--comment <text>', 'why, for the list of versions')
    .option('--expect <version>', 'refuse unless this version is in force', parseVersion)
    .option('--dry-run', 'show what it would change, and change nothing')
    .option('--json', 'print the outcome as JSON')
    .action(async (wanted: number | undefined, flags: Flags) => {
      const { settings } = context.settings();
      const applied = await withRuntime(context, settings, { only: 'store' }, async (runtime) => {
        const { store, clock } = runtime;
        const current = await store.configurations.current();
        if (current === null) throw new AppError('configuration.missing');
        const version = wanted ?? current.version - 1;
        const older = await store.configurations.read(version);
        if (older === null) throw new AppError('configuration.unknown-version', { version });
        if (flags.dryRun === true) {
          const changes = diffConfiguration(inEffect(current), inEffect(older));
          const { directories } = inEffect(older) as unknown as Pick<Configuration, 'directories'>;
          warn(context, await endedWithDirectories({ store, clock }, inEffect(current), { directories }));
          await reportDryRun(context, changes, version, flags.json === true);
          return null;
        }
        return applyHere(context, settings, runtime, {
          document: JSON.parse(older.document),
          expectedVersion: flags.expect ?? current.version,
          comment: flags.comment ?? `Back to version ${version}`,
        });
      });
      if (applied !== null)
        await reportApplied(context, applied, await roleNameWarnings(context, settings, applied.configuration), flags.json === true);
    });
  withExamples(rollback, [
    { command: 'keyturn config rollback --dry-run', does: 'shows what going back to the version before would change' },
    { command: 'keyturn config rollback 7 --comment "mail server of version 8 is wrong"', does: 'puts version 7 into force again' },
  ]);
}

async function reportDryRun(context: CommandContext, changes: readonly Change[], version: number, json: boolean): Promise<void> {
  if (json) return context.print(JSON.stringify({ changed: false, changes: plainChanges(changes) }, null, 2));
  for (const change of changes) await context.print(changeLine(formatPath(change.path), change));
  await context.print(changes.length === 0 ? `Version ${version} says the same.` : 'Nothing was changed: this was a dry run.');
}
