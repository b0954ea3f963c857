import { existsSync } from 'node:fs';
import { databaseFile, resolveDatabaseUrl } from '../config/resolve-database-url.ts';
import type { Settings } from '../config/settings.ts';
import type { CommandContext } from './command-context.ts';
import { refuseForeignOwner } from './refuse-foreign-owner.ts';
import type { Runtime, RuntimeOptions } from './runtime.ts';

/** @throws AppError `settings.foreign-owner` */
export function refuseForeignDatabase({ argv, resolveSecret }: CommandContext, settings: Settings): void {
  const file = databaseFile(resolveDatabaseUrl(settings, resolveSecret));
  if (file !== null) refuseForeignOwner(file, argv);
}

/**
 * Whether there may be a database: one on a server may be there or not, a file is looked at before it is opened, as opening would make it.
 * @throws AppError `settings.foreign-owner`
 */
export function mayHaveDatabase(context: CommandContext, settings: Settings): boolean {
  refuseForeignDatabase(context, settings);
  const file = databaseFile(resolveDatabaseUrl(settings, context.resolveSecret));
  return file === null || existsSync(file);
}

/** Opens what a command needs, does the work, and closes it again whatever happens. */
export async function withRuntime<T>(
  context: CommandContext,
  settings: Settings,
  options: RuntimeOptions,
  work: (runtime: Runtime) => Promise<T>,
): Promise<T> {
  refuseForeignDatabase(context, settings);
  const root = await context.loadRoot();
  const runtime = await root.openRuntime(settings, options);
  try {
    return await work(runtime);
  } finally {
    await runtime.close();
  }
}
