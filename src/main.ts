import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isAppError } from '../shared/errors.ts';
import { importList } from './breached/import-list.ts';
import type { BreachedImportOptions, RunningServer, Runtime, RuntimeOptions, ServerOptions } from './cli/runtime.ts';
import type { DemoDirectoryKind } from './config/demo-directories.ts';
import type { Settings } from './config/settings.ts';
import { createConfigurationReader } from './core/configuration/read-configuration.ts';
import { type PreparedDemo, prepareDemo as prepareDemoWith } from './demo/prepare-demo.ts';
import { type OpenedConfiguration, openAdapters } from './main/open-adapters.ts';
import { type Base, openBase } from './main/open-base.ts';
import { type RunningNode, runNode } from './main/run-node.ts';
import { runSetUp } from './main/run-set-up.ts';
import { createLog } from './platform/pino-log.ts';
import { systemClock } from './platform/system-clock.ts';
import { backupSqlite } from './store/backup-sqlite.ts';
import type { MovedTable } from './store/move-database.ts';

export { openFilter as openBreached } from './breached/open-filter.ts';
export { createDirectoryFinder as directoryFinder } from './directory/find/find-directory.ts';
export { sectionProblems } from './directory/section-problems.ts';
export type { Base } from './main/open-base.ts';
export type { RunningNode } from './main/run-node.ts';

/** Both stand beside the folder of this file, in a source tree and in what is installed. */
const PAGES = fileURLToPath(new URL('../dist/web', import.meta.url));
const LOCALES = fileURLToPath(new URL('../locales', import.meta.url));

/**
 * Opens the database (and migrates it), then the adapters of the configuration in force.
 * @throws AppError `settings.invalid`, `store.*`, `configuration.*`
 */
export async function openRuntime(settings: Settings, options: RuntimeOptions = {}): Promise<Runtime> {
  const base = await openBase(settings, LOCALES, options);
  const current = options.only === 'store' ? null : await currentOf(base, options);
  const adapters = current === null ? null : openAdapters(base, settings, current);
  return {
    ...base,
    directories: adapters?.directories ?? [],
    mailer: adapters?.mailer ?? null,
    sms: adapters?.sms ?? null,
    breached: adapters?.breached ?? null,
    dictionary: adapters?.dictionary ?? null,
    openId: adapters?.openId ?? null,
    configuration: adapters?.configuration ?? null,
    async close() {
      await adapters?.close();
      await base.store.close();
    },
  };
}

/**
 * Starts a node on the machine's own clock, log and random. While no configuration has been accepted it is the set-up that answers.
 * @throws AppError as `openRuntime`
 */
export async function startServer(settings: Settings, options: ServerOptions = {}): Promise<RunningServer> {
  const base = await openBase(settings, LOCALES);
  const next = (changed: Settings) => startNode(base, changed, options);
  if (settings.demo || (await base.store.configurations.current()) !== null) return next(settings);
  return runSetUp(base, settings, existsSync(PAGES) ? PAGES : null, next).catch((error: unknown) => {
    // Another node was quicker.
    if (isAppError(error, 'set-up.over')) return next(settings);
    throw error;
  });
}

/** Starts a node over a given base, which it owns and closes; see src/main/run-node.ts. */
export function startNode(base: Base, settings: Settings, options: ServerOptions = {}): Promise<RunningNode> {
  return runNode(base, settings, existsSync(PAGES) ? PAGES : null, options);
}

/** Readies configuration and sample people of a demo; see src/demo/. */
export function prepareDemo(settings: Settings, kind: DemoDirectoryKind): Promise<PreparedDemo> {
  return prepareDemoWith(settings, kind, openRuntime);
}

/** Makes a file of breached passwords; see src/breached/. */
export function importBreached(options: BreachedImportOptions): ReturnType<typeof importList> {
  return importList({ ...options, importedAt: new Date(systemClock.now()).toISOString() });
}

/** Copies the file of an SQLite database; see src/store/. */
export function backupDatabase(from: string, to: string): Promise<void> {
  return Promise.resolve().then(() => backupSqlite(from, to));
}

/** Moves the file of an SQLite database to PostgreSQL; see src/store/. */
export async function moveDatabase(settings: Settings, from: string, to: string): Promise<MovedTable[]> {
  const { moveToPostgres } = await import('./store/move-database.ts');
  return moveToPostgres({ from, to, log: createLog(settings.logLevel) });
}

function currentOf({ store }: Base, { configuration }: RuntimeOptions): Promise<OpenedConfiguration | null> {
  if (configuration !== undefined) return Promise.resolve({ version: 0, configuration, isRaised: false, unopened: [] });
  return createConfigurationReader(store).find();
}
