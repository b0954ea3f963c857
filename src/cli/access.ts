import type { Command } from 'commander';
import { explainAccess } from '../core/access/explain-access.ts';
import { createConfigurationReader } from '../core/configuration/read-configuration.ts';
import { describeAccess } from './access/describe-access.ts';
import type { CommandContext } from './command-context.ts';
import { withExamples } from './examples.ts';
import { findOneAccount } from './find-account.ts';
import { withRuntime } from './with-runtime.ts';

interface ExplainOptions {
  user: string;
  directory?: string;
  target?: string;
  targetDirectory?: string;
  json?: boolean;
}

/** `keyturn access`: who may do what for whom. */
export function addAccessCommand(program: Command, context: CommandContext): void {
  const access = program
    .command('access')
    .summary('explain who may do what for whom')
    .description('Explain who may do what for whom, by the roles of the configuration.');
  const explain = access
    .command('explain')
    .requiredOption('--user <name>', 'who would act: sign-in name or another identifier of the account')
    .option('--directory <id>', 'the directory of that account, where several have the name')
    .option('--target <name>', 'for whom: sign-in name or another identifier of the account')
    .option('--target-directory <id>', 'the directory of that account, where several have the name')
    .option('--json', 'print it as JSON')
    .description(
      'Tell which roles an account holds and, with --target, what it may do for another account and why, or why not. All of it is read from the directory now. Nothing is changed.',
    )
    .action(({ user, directory, target, targetDirectory, json }: ExplainOptions) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        const actor = await findOneAccount(runtime.directories, user, directory);
        const about = target === undefined ? null : await findOneAccount(runtime.directories, target, targetDirectory);
        const told = await explainAccess(
          { ...runtime, directories: { all: () => runtime.directories }, configuration: () => configuration },
          actor,
          about,
        );
        if (json === true) return context.print(JSON.stringify({ user: actor.account.login, ...told }, null, 2));
        for (const line of describeAccess(told, actor, about)) await context.print(line);
      }),
    );
  withExamples(explain, [
    { command: 'keyturn access explain --user frida', does: 'tells which roles frida holds' },
    { command: 'keyturn access explain --user frida --target alice', does: 'tells what frida may do for alice, and why' },
  ]);
}
