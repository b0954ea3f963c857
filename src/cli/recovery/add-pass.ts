import { type Command, InvalidArgumentError } from 'commander';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { issueTemporaryPass } from '../../core/enrolment/temporary-pass.ts';
import type { CommandContext } from '../command-context.ts';
import { changedBy } from '../enrolment/changed-by.ts';
import { withExamples } from '../examples.ts';
import { findOneAccount } from '../find-account.ts';
import { withRuntime } from '../with-runtime.ts';
import { describePass } from './describe-pass.ts';

interface PassOptions {
  hours: number;
  untilEnd?: boolean;
  reason?: string;
  directory?: string;
  json?: boolean;
}

/** `keyturn recovery pass`: issues a temporary pass and prints it, once. */
export function addPass(recovery: Command, context: CommandContext): void {
  const pass = recovery
    .command('pass')
    .argument('<name>', 'sign-in name or another identifier of the account')
    .requiredOption('--hours <n>', 'for how many hours it counts (required)', wholeHours)
    .option('--until-end', 'it may be used again until then; without this one use ends it')
    .option('--reason <text>', 'why; kept in the audit log')
    .option('--directory <id>', 'the directory, where several have the name')
    .option('--json', 'print the result as JSON')
    .description(
      'Issue a temporary pass for somebody who has nothing else to prove themselves with, and end an earlier one. It is shown once. Make sure first that it is they who ask: whoever has it can recover the account, as far as the rules of proof accept it. They are told by mail.',
    )
    .action(async (name: string, options: PassOptions) => {
      await withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        const found = await findOneAccount(runtime.directories, name, options.directory);
        const { account } = found;
        const { longestHours } = configuration.factors.temporaryPass;
        const once = options.untilEnd !== true;
        const issued = await issueTemporaryPass(
          runtime,
          { directory: account.directory, id: account.id },
          { hours: options.hours, longestHours, once },
          changedBy(context, configuration, options.reason),
        );
        if (options.json === true) {
          const about = { account: account.login, directory: account.directory };
          const shown = { ...about, pass: issued.pass, endsAt: new Date(issued.endsAt).toISOString(), once };
          return context.print(JSON.stringify(shown, null, 2));
        }
        for (const line of await describePass(runtime, configuration, found, { ...issued, once })) await context.print(line);
      });
    });
  withExamples(pass, [
    {
      command: 'keyturn recovery pass alice --hours 8 --reason "ticket 4711, called back"',
      does: 'issues a pass that alice can use once, within eight hours',
    },
  ]);
}

/** Parses a number of hours. @throws InvalidArgumentError */
export function wholeHours(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('Give whole hours.');
  return Number(text);
}
