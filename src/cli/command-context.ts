import { createCheckContext } from '../config/create-check-context.ts';
import { type LoadedSettings, loadSettings } from '../config/load-settings.ts';
import { createSecretResolver, type ResolveSecret } from '../config/resolve-secret.ts';
import type { CheckContext } from '../core/configuration/check-context.ts';
import { plainText } from './plain-text.ts';
import type { CompositionRoot } from './runtime.ts';

/** The outside world of a run, so that tests can stand in for it. */
export interface Surroundings {
  readonly environment: Record<string, string | undefined>;
  /** Writes to standard output; resolves when more can be taken. */
  write(text: string): Promise<void>;
  writeError(text: string): void;
  /** All of standard input, as UTF-8. */
  readInput(): Promise<string>;
  loadRoot(): Promise<CompositionRoot>;
  /** Resolves when the process is asked to stop (SIGTERM, SIGINT, SIGHUP). */
  stopRequested(): Promise<void>;
}

/** What every command works with. */
export interface CommandContext extends Surroundings {
  readonly resolveSecret: ResolveSecret;
  /** A text for people to standard output, with a line break behind it. What another program reads exactly as it is goes to `write`. */
  print(line: string): Promise<void>;
  /** The settings of `--config` (or KEYTURN_CONFIG) and the environment. @throws AppError `settings.invalid` */
  settings(): LoadedSettings;
  /** How this run was called, without the program's name. */
  readonly argv: readonly string[];
  /** Name of the settings file, if one is named. */
  settingsFile(): string | undefined;
  checkContext(demo: boolean): Promise<CheckContext>;
  /** The command did its work and found something wrong. */
  failed(): void;
}

/** @param options.configFile what `--config` said, once the command line is parsed */
export function createCommandContext(
  surroundings: Surroundings,
  options: { argv?: readonly string[]; configFile(): string | undefined; failed(): void },
): CommandContext {
  const { environment } = surroundings;
  const resolveSecret = createSecretResolver(environment);
  const settingsFile = () => options.configFile() ?? (environment.KEYTURN_CONFIG || undefined);
  return {
    ...surroundings,
    argv: options.argv ?? [],
    resolveSecret,
    print: (line) => surroundings.write(`${plainText(line)}\n`),
    settings: () => loadSettings(settingsFile(), environment),
    settingsFile,
    checkContext: async (demo) => createCheckContext(resolveSecret, demo, (await surroundings.loadRoot()).sectionProblems),
    failed: options.failed,
  };
}
