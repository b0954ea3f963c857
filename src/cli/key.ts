import { resolve } from 'node:path';
import type { Command } from 'commander';
import { createKey, createKeyFile } from '../config/create-key-file.ts';
import type { CommandContext } from './command-context.ts';
import { withExamples } from './examples.ts';
import { refuseForeignOwner } from './refuse-foreign-owner.ts';
import { withRuntime } from './with-runtime.ts';

/** `keyturn key`: the keys that seal secrets in the database. */
export function addKeyCommand(program: Command, context: CommandContext): void {
  const key = program
    .command('key')
    .summary('make keys that seal secrets, and change them')
    .description('Make keys that seal secrets in the database, and change them.');
  const create = key
    .command('create')
    .description('Make a fresh key. With a file: write it there, readable by its owner only; an existing file is never overwritten.')
    .argument('[file]', 'where to write the key; standard output when absent')
    .action(async (file: string | undefined) => {
      if (file === undefined) return context.print(createKey());
      const path = resolve(file);
      refuseForeignOwner(path, context.argv);
      if (!createKeyFile(path)) {
        context.writeError(`keyturn: ${path} exists already and was left as it is.\n`);
        return context.failed();
      }
      await context.print(`Wrote a fresh key to ${path}. Keep a copy in a safe place: without it, sealed data is lost.`);
      await context.print(`Name it in the settings file:\n\nkeys:\n  - id: main\n    secret: file:${path}`);
    });
  const reseal = key
    .command('reseal')
    .description('Seal with the first key whatever an older one has sealed, so that the older one can be taken out. Safe while nodes run.')
    .action(() =>
      withRuntime(context, context.settings().settings, { only: 'store' }, async ({ store }) => {
        const { first, resealed, unreadable } = await store.walkSealed(true);
        await context.print(`Sealed ${resealed} value${resealed === 1 ? '' : 's'} anew with ${first}.`);
        for (const { table, rows } of unreadable) await context.print(`${rows} in ${table} cannot be opened and were left as they are.`);
        if (unreadable.length > 0) context.failed();
      }),
    );
  withExamples(reseal, [{ command: 'keyturn key reseal', does: 'after a change of the key, before the old one goes' }]);
  withExamples(create, [
    { command: 'keyturn key create /etc/keyturn/key', does: 'writes a key for `secret: file:/etc/keyturn/key`' },
    { command: 'keyturn key create', does: 'prints a key, for a secret manager' },
  ]);
}
