import { InvalidArgumentError } from 'commander';
import type { AppliedConfiguration } from '../../core/configuration/apply-configuration.ts';
import type { ConfigurationProblem } from '../../core/configuration/describe-issues.ts';
import { type Change, plainChanges } from '../../core/configuration/diff-configuration.ts';
import { formatPath } from '../../core/configuration/format-path.ts';
import type { CommandContext } from '../command-context.ts';

/** Who changes the configuration from here, for the list of versions. */
export function authorOf({ environment }: CommandContext): string {
  return environment.SUDO_USER ?? environment.USER ?? 'command line';
}

/** What was put into force, or that nothing was to be done. */
export async function reportApplied(
  context: CommandContext,
  applied: AppliedConfiguration,
  names: readonly ConfigurationProblem[],
  json: boolean,
): Promise<void> {
  const { version, changed, changes } = applied;
  const warnings = [...applied.warnings, ...names];
  if (json) return context.print(JSON.stringify({ version, changed, changes: plainChanges(changes), warnings }, null, 2));
  for (const { path, message } of warnings) context.writeError(`warning: ${path}: ${message}\n`);
  if (!changed) return context.print(`Nothing to do: version ${version} says the same.`);
  for (const change of changes) await context.print(changeLine(formatPath(change.path), change));
  await context.print(`Version ${version} is in force.`);
}

/** One difference: added, taken away, or from what to what. */
export function changeLine(path: string, { before, after }: Partial<Pick<Change, 'before' | 'after'>>): string {
  if (before === undefined) return `+ ${path}: ${shown(after)}`;
  if (after === undefined) return `- ${path}: ${shown(before)}`;
  return `~ ${path}: ${shown(before)} -> ${shown(after)}`;
}

/** Characters of one value on a terminal: an image has more than anybody reads. */
const LONGEST = 4000;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, 60)}... (${text.length} characters)`;
}

/** @throws InvalidArgumentError */
export function parseVersion(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected the number of a version.');
  return Number(text);
}
