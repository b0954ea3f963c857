import type { Command } from 'commander';
import { keepingDirectory } from '../../core/embedded-people/kept-in.ts';
import type { CommandContext } from '../command-context.ts';
import { withExamples } from '../examples.ts';
import { findAccounts } from '../find-account.ts';
import { withRuntime } from '../with-runtime.ts';
import { describeLinked, linkedAccounts, presentLinked } from './linked-accounts.ts';
import { listKept } from './list-kept.ts';

/** `keyturn people list`: which accounts belong to the person of one, or who is kept. */
export function addListAccounts(people: Command, context: CommandContext): void {
  const list = people
    .command('list')
    .argument('[name]', 'sign-in name or another identifier of the account; without it, everybody of the embedded directory')
    .option('--directory <id>', 'the directory, where several have the name')
    .option('--json', 'print the result as JSON; of everybody, as JSON Lines')
    .description(
      'Show which accounts are linked to one: what is enrolled for each recovers the others too. Without a name, show everybody whom Keyturn keeps in the embedded directory, and what is known of them.',
    )
    .action((name: string | undefined, { directory, json = false }: { directory?: string; json?: boolean }) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        if (name === undefined) return listKept(context, runtime, keepingDirectory(runtime.directories, directory), json);
        const found = await findAccounts(runtime.directories, name, directory);
        const people = await Promise.all(found.map(async (each) => ({ ...each, linked: await linkedAccounts(runtime, each) })));
        if (json) {
          const shown = people.map(({ account, linked }) => ({
            ...{ account: account.login, directory: account.directory, linked: linked.map(presentLinked) },
          }));
          return context.print(JSON.stringify(shown, null, 2));
        }
        for (const { account, linked } of people) {
          await context.print(`${account.login} (${account.directory}): ${linked.length === 0 ? 'linked to none' : 'linked to'}`);
          for (const each of linked) await context.print(`  ${each.id}  ${describeLinked(each, runtime.clock.now())}`);
        }
      }),
    );
  withExamples(list, [
    { command: 'keyturn people list', does: 'shows everybody of the embedded directory' },
    { command: 'keyturn people list alice', does: 'shows the linked accounts of alice, with the ids that `part` takes' },
  ]);
}
