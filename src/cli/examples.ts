import type { Command } from 'commander';

export interface Example {
  command: string;
  /** What it does, as a phrase. */
  does: string;
}

const known = new WeakMap<Command, readonly Example[]>();

/** Adds examples to a command's help. The generated reference shows the same ones. */
export function withExamples(command: Command, examples: readonly Example[]): Command {
  known.set(command, examples);
  const lines = examples.map((example) => `  ${example.command}\n      ${example.does}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

export function examplesOf(command: Command): readonly Example[] {
  return known.get(command) ?? [];
}
