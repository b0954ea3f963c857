import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { shellWord } from '../../shared/fix-text.ts';
import { databaseFile, describeDatabaseUrl, resolveDatabaseUrl } from '../config/resolve-database-url.ts';
import type { Settings } from '../config/settings.ts';
import { createConfigurationReader } from '../core/configuration/read-configuration.ts';
import { endAfterRestore } from '../core/restore/end-after-restore.ts';
import { verifyStored } from './audit/verify-log.ts';
import type { CommandContext } from './command-context.ts';
import { authorOf } from './config/applied.ts';
import { withExamples } from './examples.ts';
import { refuseForeignOwner } from './refuse-foreign-owner.ts';
import { refuseForeignDatabase, withRuntime } from './with-runtime.ts';
import { wordsGiven } from './words-given.ts';

/** `keyturn database`: copies of the database, what follows a restore, and the way from SQLite to PostgreSQL. */
export function addDatabaseCommand(program: Command, context: CommandContext): void {
  const database = program
    .command('database')
    .summary('back the database up, see to it after a restore, move it to PostgreSQL')
    .description('Back the database up, end what a restore has brought back, and move to PostgreSQL.');
  const backup = database
    .command('backup')
    .argument('<file>', 'where to write the copy; one that is there already is never overwritten')
    .description(
      'Copy the SQLite database as it is at this moment, also while Keyturn runs, and look into the copy: whether the keys of the settings open it and its audit log is whole. The copy is a database like the other; the keys are not in it. PostgreSQL is backed up with its own tools.',
    )
    .action(async (file: string) => {
      const { settings } = context.settings();
      const target = resolve(file);
      const source = await sqliteFile(context, settings, `pg_dump --format=custom --file=${shellWord(target)} keyturn`);
      if (source === null) return;
      refuseForeignOwner(target, context.argv);
      if (existsSync(target)) return refuse(context, `${target} exists already and was left as it is`);
      const root = await context.loadRoot();
      await root.backupDatabase(source, target);
      await context.print(`Wrote ${target}.`);
      await lookInto(context, { ...settings, database: { url: `sqlite:${target}` } });
      await context.print('Keep it apart from the keys of the settings: together they are everything.');
    });
  withExamples(backup, [{ command: 'keyturn database backup /backup/keyturn.sqlite', does: 'copies the database while Keyturn runs' }]);
  addRestored(database, context);
  const move = database
    .command('move')
    .argument(
      '<url>',
      'postgres://… of an empty database, or a reference to it (env:NAME, file:/absolute/path) that keeps its password away',
    )
    .description(
      'Copy everything from the SQLite database of the settings to an empty PostgreSQL database, in one transaction: all of it arrives, or nothing. Keyturn must be stopped. The SQLite file stays as it is. Afterwards the rows are counted, what is sealed is opened, and the audit log is verified there.',
    )
    .action(async (url: string) => {
      const { settings } = context.settings();
      const moved: Settings = { ...settings, database: { url } };
      const to = resolveDatabaseUrl(moved, context.resolveSecret);
      if (!/^postgres(ql)?:\/\//.test(to)) return refuse(context, 'The database to move to is no postgres://… address');
      const from = await sqliteFile(context, settings, null);
      if (from === null) return;
      if (!existsSync(from)) return refuse(context, `${from} does not exist: there is nothing to move`);
      // Keys that do not belong to it would be noticed only there.
      await withRuntime(context, settings, { only: 'store', schema: 'as-it-is' }, () => Promise.resolve());
      const root = await context.loadRoot();
      for (const { table, rows } of await root.moveDatabase(settings, from, to)) await context.print(`  ${table}: ${rows}`);
      await context.print(`Moved to ${describeDatabaseUrl(to)}. ${from} was left as it is.`);
      await lookInto(context, moved);
      await context.print(`Set database.url to the new address on every node, then start Keyturn and keep ${from} until you are sure.`);
    });
  withExamples(move, [
    {
      command: 'keyturn database move file:/etc/keyturn/database-url',
      does: 'moves to the PostgreSQL database whose address is in the file',
    },
  ]);
}

/** `keyturn database restored`: after a backup was put back. */
function addRestored(database: Command, context: CommandContext): void {
  const restored = database
    .command('restored')
    .requiredOption('--reason <text>', 'why it was restored (required); kept in the audit log', wordsGiven)
    .description(
      'End what lets somebody in and may have been ended since the backup: all sessions, tokens of programs, emergencies and temporary passes. To be called once a backup was put back, before Keyturn starts.',
    )
    .action(({ reason }: { reason: string }) =>
      withRuntime(context, context.settings().settings, { only: 'store' }, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        const deps = { ...runtime, configuration: () => configuration };
        const { sessions, tokens, emergencies, passes } = await endAfterRestore(deps, { author: authorOf(context), reason });
        await context.print(`Ended: sessions ${sessions}, tokens ${tokens}, emergencies ${emergencies}, temporary passes ${passes}.`);
      }),
    );
  withExamples(restored, [
    { command: 'keyturn database restored --reason "disk of db1 failed"', does: 'ends what may have been ended since the backup' },
  ]);
}

function refuse(context: CommandContext, what: string): void {
  context.writeError(`keyturn: ${what}.\n`);
  context.failed();
}

/** The file of the database, or null when it is on a server, which was said then. */
async function sqliteFile(context: CommandContext, settings: Settings, instead: string | null): Promise<string | null> {
  const url = resolveDatabaseUrl(settings, context.resolveSecret);
  const file = databaseFile(url);
  if (file !== null) {
    refuseForeignDatabase(context, settings);
    return file;
  }
  const hint = instead === null ? '' : ` Use its own tools:\n  ${instead}\n`;
  context.writeError(`keyturn: The database of the settings is ${describeDatabaseUrl(url)}, no SQLite file.${hint || '\n'}`);
  context.failed();
  return null;
}

/** A copy that nobody ever opened is none. @throws AppError `store.wrong-key` */
async function lookInto(context: CommandContext, settings: Settings): Promise<void> {
  await withRuntime(context, settings, { only: 'store', schema: 'as-it-is' }, async ({ store }) => {
    const { unreadable } = await store.walkSealed(false);
    for (const { table, rows } of unreadable) await context.print(`${rows} in ${table} cannot be opened with the keys of the settings.`);
    const { ok, checked, head, problem } = await verifyStored(store);
    if (!ok || unreadable.length > 0) context.failed();
    await context.print(
      ok
        ? `The keys of the settings open it, and its audit log is whole: ${checked} events, head ${head.seq}:${head.hash}`
        : `Its audit log is NOT whole. Event ${problem?.seq}: ${problem?.meaning}.`,
    );
  });
}
