import type { Command } from 'commander';
import type { Configuration } from '../core/configuration/document.ts';
import { createConfigurationReader } from '../core/configuration/read-configuration.ts';
import { type AttributeLink, linkByAttribute } from '../core/people/link-by-attribute.ts';
import type { CommandContext } from './command-context.ts';
import { withExamples } from './examples.ts';
import { addAddPerson } from './people/add.ts';
import { addImportPeople } from './people/import.ts';
import { addListAccounts } from './people/list.ts';
import { addPart } from './people/part.ts';
import { addRemovePerson } from './people/remove.ts';
import { createCountProgress } from './report/count-progress.ts';
import type { Runtime } from './runtime.ts';
import { withRuntime } from './with-runtime.ts';

interface LinkFlags {
  dryRun?: boolean;
  json?: boolean;
}

const WORDS: Readonly<Record<AttributeLink['outcome'], string>> = {
  linked: 'linked to',
  'would-be-linked': 'would be linked to',
  ambiguous: 'several accounts have the same value: none is linked',
  barred: 'protected, closed or frozen: not linked to',
  'parted-before': 'parted by hand before: not linked to',
  taken: 'linked already, or belongs to somebody else:',
};

/** `keyturn people`: who is kept in the embedded directory, and which accounts are one person's. */
export function addPeopleCommand(program: Command, context: CommandContext): void {
  const people = program
    .command('people')
    .summary('add and remove people of the embedded directory; link and part the accounts of one person')
    .description('Add people to the embedded directory and remove them; see, link and part the accounts of one person.');
  addAddPerson(people, context);
  addImportPeople(people, context);
  addListAccounts(people, context);
  addRemovePerson(people, context);
  addPart(people, context);
  const link = people
    .command('link')
    .option('--dry-run', 'tell what would be linked, and write nothing')
    .option('--json', 'print JSON Lines')
    .description(
      'Link all accounts that people.linkBy of the configuration says are one person’s. It happens by itself when somebody signs in; this does it for everybody. A link counts after factors.coolDownHours, and both owners are told by mail. Can be run again: what is linked stays.',
    )
    .action((flags: LinkFlags) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        await linkEverybody(context, runtime, configuration, flags);
      }),
    );
  withExamples(link, [{ command: 'keyturn people link --dry-run', does: 'tells which accounts would be linked, and which not and why' }]);
}

async function linkEverybody(
  context: CommandContext,
  runtime: Runtime,
  configuration: Configuration,
  { dryRun = false, json = false }: LinkFlags,
): Promise<void> {
  const deps = { ...runtime, configuration: () => configuration };
  const options = { actor: { kind: 'operator', client: 'cli' } as const, dryRun };
  const counts: Record<AttributeLink['outcome'], number> = {
    ...{ linked: 0, 'would-be-linked': 0, ambiguous: 0, barred: 0, 'parted-before': 0, taken: 0 },
  };
  const progress = createCountProgress(context.writeError);
  // Whoever is in the last one is found from the others.
  const named = configuration.people.linkBy.flatMap(({ directories }) => directories.slice(0, -1));
  let looked = 0;
  for (const directory of runtime.directories.filter(({ id }) => named.includes(id)))
    await directory.forEachPerson(async (accounts) => {
      for (const account of accounts) {
        for (const found of await linkByAttribute(deps, { directory: account.directory, id: account.id }, options)) {
          counts[found.outcome] += 1;
          if (found.outcome !== 'taken') await context.print(json ? JSON.stringify(present(found)) : describe(found));
        }
        looked += 1;
        progress.report(looked, `${looked} looked at, ${counts.linked + counts['would-be-linked']} linked`);
      }
    });
  const done = dryRun ? `Dry run, nothing was changed. Would be linked: ${counts['would-be-linked']}` : `Linked: ${counts.linked}`;
  await context.print(
    json
      ? JSON.stringify({ ...counts, dryRun })
      : `${done}; ambiguous: ${counts.ambiguous}, barred: ${counts.barred}, parted before: ${counts['parted-before']}.`,
  );
}

function describe({ account, other, outcome }: AttributeLink): string {
  const nameOf = ({ login, directory }: { login: string; directory: string }) => `${login} (${directory})`;
  return `${nameOf(account)}: ${WORDS[outcome]}${other === null ? '' : ` ${nameOf(other)}`}`;
}

function present({ account, other, outcome, attribute }: AttributeLink): object {
  const shown = (each: { login: string; directory: string }) => ({ account: each.login, directory: each.directory });
  return { ...shown(account), outcome, attribute, other: other === null ? null : shown(other) };
}
