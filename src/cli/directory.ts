import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { addDelegate } from './directory/delegate.ts';
import { addLook } from './directory/look.ts';

/** `keyturn directory`: what is known of a directory before Keyturn uses it, and what it has to be told of Keyturn. */
export function addDirectoryCommand(program: Command, context: CommandContext): void {
  const directory = program
    .command('directory')
    .summary('find out what is behind an address, and print what to grant the service account')
    .description(
      'Find out what is behind an address, and print what to grant the service account. Whether it has been granted, `keyturn doctor` tells.',
    );
  addLook(directory, context);
  addDelegate(directory, context);
}
