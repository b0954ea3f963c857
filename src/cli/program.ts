import { Command } from 'commander';
import packageFile from '../../package.json' with { type: 'json' };
import { addAccessCommand } from './access.ts';
import { addAuditCommand } from './audit.ts';
import { addBreachedCommand } from './breached.ts';
import type { CommandContext } from './command-context.ts';
import { addConfigCommand } from './config.ts';
import { addDatabaseCommand } from './database.ts';
import { addDemoCommand } from './demo.ts';
import { addDirectoryCommand } from './directory.ts';
import { addDoctorCommand } from './doctor.ts';
import { addEnrolmentCommand } from './enrolment.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import { addExplainCommand } from './explain.ts';
import { addKeyCommand } from './key.ts';
import { addOutboxCommand } from './outbox.ts';
import { addPeopleCommand } from './people.ts';
import { addPolicyCommand } from './policy.ts';
import { addRecoveryCommand } from './recovery.ts';
import { addReportCommand } from './report.ts';
import { addServeCommand } from './serve.ts';
import { addSetUpCommand } from './set-up.ts';
import { addThreatCommand } from './threat.ts';
import { addTokenCommand } from './token.ts';

/** What a list of commands says of one: its summary, or else the first sentence of its own help. */
function shortDescription(command: Command): string {
  return command.summary() || (/^.*?\.(?= [A-Z]|$)/s.exec(command.description())?.[0] ?? command.description());
}

/** The whole command line. Nothing runs before it is parsed. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('keyturn');
  program
    .description('Self-service password reset and account unlock for directories.')
    .version(packageFile.version, '--version', 'print the version')
    .option('--config <file>', 'file with the boot settings (YAML); the variable KEYTURN_CONFIG when absent')
    .option('--debug', 'print the stack of an error')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ showGlobalOptions: true, subcommandDescription: shortDescription })
    .showSuggestionAfterError(true)
    .addHelpText('after', `\nExit codes:\n${EXIT_MEANINGS.map(({ code, meaning }) => `  ${code}  ${meaning}`).join('\n')}`);
  addServeCommand(program, context);
  addDemoCommand(program, context);
  addDoctorCommand(program, context);
  addSetUpCommand(program, context);
  addConfigCommand(program, context);
  addDirectoryCommand(program, context);
  addEnrolmentCommand(program, context);
  addPeopleCommand(program, context);
  addRecoveryCommand(program, context);
  addReportCommand(program, context);
  addExplainCommand(program, context);
  addPolicyCommand(program, context);
  addAccessCommand(program, context);
  addThreatCommand(program, context);
  addTokenCommand(program, context);
  addBreachedCommand(program, context);
  addOutboxCommand(program, context);
  addAuditCommand(program, context);
  addKeyCommand(program, context);
  addDatabaseCommand(program, context);
  return program;
}
