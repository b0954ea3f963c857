import type { Command } from 'commander';
import { addEmergency } from './access/emergency.ts';
import type { CommandContext } from './command-context.ts';

/** `keyturn access`: who gets in to administer when no role lets them. What a role allows whom, `keyturn explain` tells. */
export function addAccessCommand(program: Command, context: CommandContext): void {
  const access = program
    .command('access')
    .summary('let an administrator in for an emergency')
    .description('Let an administrator in for an emergency, and end that. What roles allow whom, `keyturn explain` tells.');
  addEmergency(access, context);
}
