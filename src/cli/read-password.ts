import type { CommandContext } from './command-context.ts';

/** The password on standard input: all of it but the end of the last line, which `echo` and the Enter key add. */
export async function readPassword(context: CommandContext): Promise<string> {
  return (await context.readInput()).replace(/\r?\n$/, '');
}
