import type { Command } from 'commander';
import { AppError } from '../../../shared/errors.ts';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { partAccount } from '../../core/people/unlink-account.ts';
import type { CommandContext } from '../command-context.ts';
import { changedBy } from '../enrolment/changed-by.ts';
import { withExamples } from '../examples.ts';
import { findOneAccount } from '../find-account.ts';
import { withRuntime } from '../with-runtime.ts';
import { describeLinked, linkedAccounts, presentLinked } from './linked-accounts.ts';

interface PartFlags {
  reason: string;
  yes?: boolean;
  directory?: string;
  json?: boolean;
}

/** `keyturn people part`: an account is no more one of a person's. */
export function addPart(people: Command, context: CommandContext): void {
  const part = people
    .command('part')
    .argument('<name>', 'sign-in name or another identifier of one of the accounts')
    .argument('<id>', 'which link, as `keyturn people list` shows it')
    .requiredOption('--reason <text>', 'why (required); kept in the audit log')
    .option('--yes', 'do it; without this it is only shown')
    .option('--directory <id>', 'the directory, where several have the name')
    .option('--json', 'print the result as JSON')
    .description(
      'Part a linked account from the others of a person, such as one that somebody else has linked. What was enrolled stays with the account for which it was; both owners are told by mail, their sessions end, and the two are not linked by an attribute again.',
    )
    .action((name: string, id: string, options: PartFlags) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        const found = await findOneAccount(runtime.directories, name, options.directory);
        const { login, directory } = found.account;
        const linked = (await linkedAccounts(runtime, found)).find((each) => each.id === id);
        if (linked === undefined) throw new AppError('people.not-linked', { account: login, id });
        const what = `${login} (${directory}) and ${describeLinked(linked, runtime.clock.now())}`;
        if (options.yes !== true) {
          await context.print(`Would part ${what}.`);
          context.writeError('keyturn: nothing was changed. Add --yes to do it.\n');
          return context.failed();
        }
        const deps = { ...runtime, directories: { all: () => runtime.directories } };
        const by = { ...changedBy(context, configuration, options.reason), reason: options.reason };
        await partAccount(deps, { directory, id: found.account.id }, id, by);
        if (options.json === true)
          return context.print(JSON.stringify({ account: login, directory, parted: presentLinked(linked) }, null, 2));
        await context.print(`Parted ${what}.`);
      }),
    );
  withExamples(part, [
    {
      command: 'keyturn people part alice 4fJ2nQ8vT0aXyRk1bLw3ZQ --reason "not hers, ticket 4711" --yes',
      does: 'lets neither account recover the other any more',
    },
  ]);
}
