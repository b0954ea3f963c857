import { InvalidArgumentError } from 'commander';
import { shortenValue } from '../../../shared/shorten-value.ts';
import type { Settings } from '../../config/settings.ts';
import { endedWithDirectories } from '../../core/administration/ended-with-directories.ts';
import { tellAlarmMoved } from '../../core/administration/tell-alarm-moved.ts';
import { type AppliedConfiguration, type ApplyRequest, applyConfiguration } from '../../core/configuration/apply-configuration.ts';
import type { ConfigurationProblem } from '../../core/configuration/describe-issues.ts';
import { type Change, plainChanges } from '../../core/configuration/diff-configuration.ts';
import { formatPath } from '../../core/configuration/format-path.ts';
import { inEffect } from '../../core/configuration/in-effect.ts';
import type { CommandContext } from '../command-context.ts';
import type { Runtime } from '../runtime.ts';

/** Who changes the configuration from here, for the list of versions. */
export function authorOf({ environment }: CommandContext): string {
  return environment.SUDO_USER ?? environment.USER ?? 'command line';
}

/** Put into force, and what that ends for good. */
export interface Applied extends AppliedConfiguration {
  readonly ended: readonly ConfigurationProblem[];
}

/** Puts a document into force for who gives the command. @throws AppError as `applyConfiguration` */
export async function applyHere(
  context: CommandContext,
  { demo }: Pick<Settings, 'demo'>,
  runtime: Pick<Runtime, 'store' | 'clock' | 'random' | 'texts'>,
  asked: Pick<ApplyRequest, 'document' | 'expectedVersion' | 'comment'>,
): Promise<Applied> {
  const { store, clock } = runtime;
  const before = await store.configurations.current();
  const applied = await applyConfiguration(
    { store, clock, checkContext: await context.checkContext(demo) },
    {
      ...{ ...asked, actor: { kind: 'operator', client: 'cli' }, author: authorOf(context) },
      conclude: (inside, change) => tellAlarmMoved(runtime, inside, change),
    },
  );
  const ended = await endedWithDirectories({ store, clock }, before === null ? null : inEffect(before), applied.configuration);
  return { ...applied, ended };
}

/** What was put into force, or that nothing was to be done. */
export async function reportApplied(
  context: CommandContext,
  applied: Applied,
  names: readonly ConfigurationProblem[],
  json: boolean,
): Promise<void> {
  const { version, changed, changes } = applied;
  const warnings = [...applied.warnings, ...applied.ended, ...names];
  if (json) return context.print(JSON.stringify({ version, changed, changes: plainChanges(changes), warnings }, null, 2));
  warn(context, warnings);
  if (!changed) return context.print(`Nothing to do: version ${version} says the same.`);
  for (const change of changes) await context.print(changeLine(formatPath(change.path), change));
  await context.print(`Version ${version} is in force.`);
}

/** Beside what is printed. */
export function warn({ writeError }: Pick<CommandContext, 'writeError'>, warnings: readonly ConfigurationProblem[]): void {
  for (const { path, message } of warnings) writeError(`warning: ${path}: ${message}\n`);
}

/** One difference: added, taken away, or from what to what. */
export function changeLine(path: string, { before, after }: Partial<Pick<Change, 'before' | 'after'>>): string {
  if (before === undefined) return `+ ${path}: ${shortenValue(after)}`;
  if (after === undefined) return `- ${path}: ${shortenValue(before)}`;
  return `~ ${path}: ${shortenValue(before)} -> ${shortenValue(after)}`;
}

/** @throws InvalidArgumentError */
export function parseVersion(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected the number of a version.');
  return Number(text);
}
