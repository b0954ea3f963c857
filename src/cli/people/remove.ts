import type { Command } from 'commander';
import { countOf } from '../../../shared/count-of.ts';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { keepingDirectory } from '../../core/embedded-people/kept-in.ts';
import { removePerson } from '../../core/embedded-people/remove-person.ts';
import type { CommandContext } from '../command-context.ts';
import { changedBy } from '../enrolment/changed-by.ts';
import { withExamples } from '../examples.ts';
import { findOneAccount } from '../find-account.ts';
import { withRuntime } from '../with-runtime.ts';

interface RemoveFlags {
  reason: string;
  yes?: boolean;
  directory?: string;
  json?: boolean;
}

/** `keyturn people remove`: somebody out of a directory that Keyturn keeps itself. */
export function addRemovePerson(people: Command, context: CommandContext): void {
  const command = people
    .command('remove')
    .argument('<name>', 'sign-in name or another identifier of the account')
    .requiredOption('--reason <text>', 'why (required); kept in the audit log')
    .option('--yes', 'do it; without this it is only shown')
    .option('--directory <id>', 'the directory, where Keyturn keeps several')
    .option('--json', 'print the result as JSON')
    .description(
      'Remove a person from the embedded directory, for good. What proves them ends, as do their sessions and invitations, and accounts that are linked to theirs are parted from it. The audit log stays as it is. Who is added with the same name later is another account, and gets nothing of it.',
    )
    .action((name: string, options: RemoveFlags) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        const directory = keepingDirectory(runtime.directories, options.directory);
        const { account } = await findOneAccount([directory], name);
        const managed = await runtime.store.embedded.countManagedBy(directory.id, account.id);
        const of = managed === 0 ? '' : `; who is the manager of ${countOf(managed, 'account')} is not known then`;
        const what = `${account.login} (${directory.label}): ${account.displayName}${of}`;
        if (options.yes !== true) {
          await context.print(`Would remove ${what}.`);
          context.writeError('keyturn: nothing was changed. Add --yes to do it.\n');
          return context.failed();
        }
        await removePerson(runtime, account, { ...changedBy(context, configuration, options.reason), reason: options.reason });
        if (options.json === true)
          return context.print(JSON.stringify({ account: account.login, directory: directory.id, id: account.id, removed: true }, null, 2));
        await context.print(`Removed ${what}.`);
      }),
    );
  withExamples(command, [
    { command: 'keyturn people remove alice --reason "left, ticket 4711"', does: 'shows who would be removed' },
    { command: 'keyturn people remove alice --reason "left, ticket 4711" --yes', does: 'removes alice for good' },
  ]);
}
