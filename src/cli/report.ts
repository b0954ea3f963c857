import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { addStranded } from './report/stranded.ts';

/** `keyturn report`: lists about many people, for spreadsheets. */
export function addReportCommand(program: Command, context: CommandContext): void {
  const report = program.command('report').summary('list what is so of many people').description('List what is so of many people.');
  addStranded(report, context);
}
