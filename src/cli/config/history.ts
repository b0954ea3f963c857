import { type Command, InvalidArgumentError } from 'commander';
import { readVersion } from '../../core/administration/configuration-versions.ts';
import type { ConfigurationRow } from '../../core/ports/store.ts';
import type { CommandContext } from '../command-context.ts';
import { withExamples } from '../examples.ts';
import { plainLine } from '../plain-text.ts';
import { withRuntime } from '../with-runtime.ts';
import { changeLine, parseVersion } from './applied.ts';

const SHOWN = 20;

/** `keyturn config history`: who put what into force, when and why. */
export function addHistory(config: Command, context: CommandContext): void {
  const history = config
    .command('history')
    .description(
      'List the versions of the configuration, newest first: who put it into force, when and why. With a number: what that version changed.',
    )
    .argument('[version]', 'what this version changed', parseVersion)
    .option('--limit <number>', `so many versions at most (default: ${SHOWN})`, parseLimit)
    .option('--json', 'print as JSON')
    .action((version: number | undefined, { limit = SHOWN, json = false }: { limit?: number; json?: boolean }) =>
      withRuntime(context, context.settings().settings, { only: 'store' }, async ({ store }) => {
        if (version === undefined) return printVersions(context, await store.configurations.list(limit), json);
        const { row, changes } = await readVersion(store, version);
        if (json) return context.print(JSON.stringify({ ...presented(row), changes }, null, 2));
        await context.print(line(row));
        for (const { path, ...change } of changes) await context.print(changeLine(path, change));
      }),
    );
  withExamples(history, [
    { command: 'keyturn config history', does: 'lists who changed the configuration' },
    { command: 'keyturn config history 7', does: 'shows what version 7 changed' },
  ]);
}

type Told = Omit<ConfigurationRow, 'document'>;

async function printVersions(context: CommandContext, rows: readonly Told[], json: boolean): Promise<void> {
  if (json) return context.print(JSON.stringify(rows.map(presented), null, 2));
  for (const row of rows) await context.print(line(row));
  if (rows.length === 0) await context.print('There is no configuration yet.');
}

function presented({ version, createdAt, author, comment }: Told) {
  return { version, at: new Date(createdAt).toISOString(), author, comment };
}

function line(row: Told): string {
  const { version, at, author, comment } = presented(row);
  // Written in a browser, perhaps.
  return plainLine(`${version}  ${at}  ${author}${comment === '' ? '' : `  ${comment}`}`);
}

function parseLimit(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 10_000) throw new InvalidArgumentError('Expected a number from 1 to 10000.');
  return number;
}
