import type { Settings } from '../config/settings.ts';
import type { CommandContext } from './command-context.ts';
import type { Runtime, RuntimeOptions } from './runtime.ts';

/** Opens what a command needs, does the work, and closes it again whatever happens. */
export async function withRuntime<T>(
  context: CommandContext,
  settings: Settings,
  options: RuntimeOptions,
  work: (runtime: Runtime) => Promise<T>,
): Promise<T> {
  const root = await context.loadRoot();
  const runtime = await root.openRuntime(settings, options);
  try {
    return await work(runtime);
  } finally {
    await runtime.close();
  }
}
