import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import { countOf } from '../../shared/count-of.ts';
import type { Settings } from '../config/settings.ts';
import { endedWithDirectories } from '../core/administration/ended-with-directories.ts';
import { checkConfiguration } from '../core/configuration/check-configuration.ts';
import { configurationJsonSchema } from '../core/configuration/configuration-json-schema.ts';
import type { ConfigurationProblem } from '../core/configuration/describe-issues.ts';
import { diffConfiguration, type Json, plainChanges } from '../core/configuration/diff-configuration.ts';
import type { Configuration } from '../core/configuration/document.ts';
import { exportConfiguration } from '../core/configuration/export-configuration.ts';
import { formatPath } from '../core/configuration/format-path.ts';
import type { CommandContext } from './command-context.ts';
import { applyHere, changeLine, parseVersion, reportApplied, warn } from './config/applied.ts';
import { endedByChange } from './config/ended-by-change.ts';
import { addHistory } from './config/history.ts';
import { passkeysLeftBehind } from './config/passkeys-left-behind.ts';
import { addRollback } from './config/rollback.ts';
import { withExamples } from './examples.ts';
import { readDocument } from './read-document.ts';
import { roleNameWarnings } from './role-names.ts';
import { withRuntime } from './with-runtime.ts';

const OFFLINE = 'do not ask the directories whether they have what roles name';
const OFFLINE_CHECK = 'ask neither the directories nor the database: judge the file alone';

/** `keyturn config`: the configuration as code. */
export function addConfigCommand(program: Command, context: CommandContext): void {
  const config = program
    .command('config')
    .summary('check, export, compare and apply the configuration, and go back')
    .description('Check, export, compare and apply the configuration document, see its versions and go back to one.');
  addSchema(config, context);
  addCheck(config, context);
  addExport(config, context);
  addApply(config, context);
  addDiff(config, context);
  addHistory(config, context);
  addRollback(config, context);
}

function addSchema(config: Command, context: CommandContext): void {
  const schema = config
    .command('schema')
    .description('Print the JSON Schema of the configuration, for editors.')
    .action(() => context.print(JSON.stringify(configurationJsonSchema(), null, 2)));
  withExamples(schema, [{ command: 'keyturn config schema > keyturn.schema.json', does: 'gives editors completion and checks' }]);
}

function addCheck(config: Command, context: CommandContext): void {
  const check = config
    .command('check')
    .description('Judge a configuration without applying it. All problems are listed at once; exit code 1 when there is an error.')
    .argument('<file>', 'YAML or JSON: a configuration, or a settings file with a `configuration:` part')
    .option('--offline', OFFLINE_CHECK)
    .option('--json', 'print the problems as JSON')
    .action(async (file: string, options: { json?: boolean; offline?: boolean }) => {
      const { settings } = context.settings();
      const { problems: judged, configuration } = checkConfiguration(readDocument(file), await context.checkContext(settings.demo));
      const looked = options.offline === true ? null : configuration;
      const problems = [...judged, ...(looked === null ? [] : await lookedUp(context, settings, looked))];
      if (configuration === null) context.failed();
      if (options.json === true) return context.print(JSON.stringify({ ok: configuration !== null, problems }, null, 2));
      for (const { severity, path, message } of problems) await context.print(`${severity}: ${path}: ${message}`);
      const errors = problems.filter((problem) => problem.severity === 'error').length;
      await context.print(`${file}: ${countOf(errors, 'error')}, ${countOf(problems.length - errors, 'warning')}`);
    });
  withExamples(check, [
    { command: 'keyturn config check keyturn.yaml', does: 'lists what is wrong with it' },
    { command: 'keyturn config check --json keyturn.yaml', does: 'the same for a build server' },
  ]);
}

/** What only database and directories can tell of a configuration. */
async function lookedUp(context: CommandContext, settings: Settings, configuration: Configuration): Promise<ConfigurationProblem[]> {
  return [
    ...(await endedByChange(context, settings, configuration)),
    ...(await passkeysLeftBehind(context, settings, configuration)),
    ...(await roleNameWarnings(context, settings, configuration)),
  ];
}

function addExport(config: Command, context: CommandContext): void {
  const exporting = config
    .command('export')
    .description('Print the configuration in force (or an older version). Secrets are references, so it may be kept in version control.')
    .argument('[version]', 'number of an older version', parseVersion)
    .addOption(new Option('--format <format>', 'how to print it').choices(['yaml', 'json']).default('yaml'))
    .option('--defaults', 'fill in every default')
    .action(async (version: number | undefined, options: { format: string; defaults?: boolean }) => {
      const { document } = await withRuntime(context, context.settings().settings, { only: 'store' }, ({ store }) =>
        exportConfiguration(store, { ...(version === undefined ? {} : { version }), withDefaults: options.defaults === true }),
      );
      await context.write(options.format === 'json' ? `${JSON.stringify(document, null, 2)}\n` : stringify(document));
    });
  withExamples(exporting, [
    { command: 'keyturn config export > configuration.yaml', does: 'saves what is in force' },
    { command: 'keyturn config export 3 --format json', does: 'prints version 3' },
  ]);
}

function addApply(config: Command, context: CommandContext): void {
  const apply = config
    .command('apply')
    .description('Put a configuration into force: checked as a whole, kept as a new version, audited with what changed.')
    .argument('<file>', 'YAML or JSON: a configuration, or a settings file with a `configuration:` part')
    .option('--comment <text>', 'why, for the list of versions', '')
    .option('--expect <version>', 'refuse unless this version is in force', parseVersion)
    .option('--offline', OFFLINE)
    .option('--json', 'print the outcome as JSON')
    .action(async (file: string, options: { comment: string; expect?: number; json?: boolean; offline?: boolean }) => {
      const document = readDocument(file);
      const { settings } = context.settings();
      const applied = await withRuntime(context, settings, { only: 'store' }, async (runtime) =>
        applyHere(context, settings, runtime, {
          document,
          expectedVersion: options.expect ?? (await runtime.store.configurations.current())?.version ?? 0,
          comment: options.comment,
        }),
      );
      const names = options.offline === true ? [] : await roleNameWarnings(context, settings, applied.configuration);
      await reportApplied(context, applied, names, options.json === true);
    });
  withExamples(apply, [
    { command: 'keyturn config apply configuration.yaml --comment "second mail server"', does: 'puts it into force' },
    { command: 'keyturn config apply configuration.yaml --expect 7', does: 'refuses if somebody applied version 8 meanwhile' },
  ]);
}

function addDiff(config: Command, context: CommandContext): void {
  const diff = config
    .command('diff')
    .description('Show what applying a file would change, defaults filled in on both sides. Exit code 1 when the file is not in order.')
    .argument('<file>', 'YAML or JSON: a configuration, or a settings file with a `configuration:` part')
    .option('--exit-code', 'exit with 1 when there is a difference')
    .option('--json', 'print the differences as JSON')
    .action(async (file: string, options: { exitCode?: boolean; json?: boolean }) => {
      const document = readDocument(file);
      const { settings } = context.settings();
      const { problems, configuration } = checkConfiguration(document, await context.checkContext(settings.demo));
      if (configuration === null) {
        for (const { severity, path, message } of problems) context.writeError(`${severity}: ${path}: ${message}\n`);
        return context.failed();
      }
      const { before, ended } = await withRuntime(context, settings, { only: 'store' }, async ({ store, clock }) => {
        const isFirst = (await store.configurations.current()) === null;
        const before = isFirst ? {} : (await exportConfiguration(store, { withDefaults: true })).document;
        return { before, ended: await endedWithDirectories({ store, clock }, before as Json, configuration) };
      });
      warn(context, ended);
      const changes = diffConfiguration(before, configuration as unknown as Json);
      if (options.exitCode === true && changes.length > 0) context.failed();
      if (options.json === true) return context.print(JSON.stringify(plainChanges(changes), null, 2));
      for (const change of changes) await context.print(changeLine(formatPath(change.path), change));
      if (changes.length === 0) await context.print('No difference.');
    });
  withExamples(diff, [{ command: 'keyturn config diff configuration.yaml', does: 'shows what `apply` would change' }]);
}
