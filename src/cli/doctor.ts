import type { Command } from 'commander';
import { isAppError } from '../../shared/errors.ts';
import { printedFix } from '../../shared/fix-text.ts';
import { describeDatabaseUrl, resolveDatabaseUrl } from '../config/resolve-database-url.ts';
import type { Settings } from '../config/settings.ts';
import type { Configuration } from '../core/configuration/document.ts';
import { checkInside, checkOutside } from '../core/health/check-installation.ts';
import { type Finding, findingsOf } from '../core/health/finding.ts';
import type { CommandContext } from './command-context.ts';
import { completeCommand } from './complete-command.ts';
import { describeFailure } from './describe-failure.ts';
import { checkAuthorityFiles } from './doctor/check-authority-files.ts';
import { checkDatabasePlace } from './doctor/check-database.ts';
import { checkNode } from './doctor/check-machine.ts';
import { checkProxies, checkPublicUrl } from './doctor/check-public-url.ts';
import { checkSecretFiles } from './doctor/check-secret-files.ts';
import { checkKeys, checkSettings } from './doctor/check-settings.ts';
import { checkFirstConfiguration, checkStoredConfiguration, type JudgedConfiguration } from './doctor/check-stored-configuration.ts';
import { failureFindings } from './doctor/failure-findings.ts';
import { withExamples } from './examples.ts';
import { mayHaveDatabase, withRuntime } from './with-runtime.ts';

const MARKS = { ok: 'ok  ', note: 'note', warn: 'warn', fail: 'FAIL' } as const;

/** `keyturn doctor`: everything a node depends on, each line with its fix. */
export function addDoctorCommand(program: Command, context: CommandContext): void {
  const doctor = program
    .command('doctor')
    .summary('check everything Keyturn depends on')
    .description(
      'Check everything Keyturn depends on: Node.js, settings, keys, database, configuration, directories and what the service account may do in each, mail, text messages and the public URL. Changes nothing, also not the schema of an older database. Before the first start it judges the `configuration:` part of the settings file. Exit code 1 when something failed.',
    )
    .option('--json', 'print the findings as JSON')
    .action(async (options: { json?: boolean }) => {
      const findings = (await diagnose(context)).map((finding) => completed(finding, context.settingsFile()));
      if (findings.some((finding) => finding.level === 'fail')) context.failed();
      if (options.json === true)
        return context.print(JSON.stringify({ ok: !findings.some(({ level }) => level === 'fail'), findings }, null, 2));
      for (const finding of findings) {
        await context.print(`${MARKS[finding.level]}  ${finding.area}: ${finding.text}`);
        if ('fix' in finding) await context.print(printedFix({ sentence: finding.fix, lines: finding.lines }, '      ').join('\n'));
      }
      const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
      await context.print(`${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed`);
    });
  withExamples(doctor, [
    { command: 'keyturn doctor --config /etc/keyturn/keyturn.yaml', does: 'checks that installation' },
    { command: 'keyturn doctor --json', does: 'the same for a monitoring system' },
  ]);
}

/** With commands that can be pasted as they are printed. */
function completed(finding: Finding, settingsFile: string | undefined): Finding {
  return 'fix' in finding ? { ...finding, lines: finding.lines.map((line) => completeCommand(line, settingsFile)) } : finding;
}

/** Goes on as far as it can: what cannot be looked at for an earlier failure is left out, not failed again. */
async function diagnose(context: CommandContext): Promise<Finding[]> {
  const { settings, findings } = checkSettings(context);
  const report = [...checkNode(), ...findings];
  if (settings === null) return report;
  const keys = checkKeys(context, settings);
  report.push(...keys, ...(await checkDatabasePlace(context.resolveSecret, settings)));
  if (keys.some((finding) => finding.level === 'fail')) return report;
  return [...report, ...(await checkAll(context, settings))];
}

async function checkAll(context: CommandContext, settings: Settings): Promise<Finding[]> {
  const report: Finding[] = [];
  let judged: JudgedConfiguration = { inForce: false, configuration: null, findings: [] };
  let isKnown = true;
  try {
    if (mayHaveDatabase(context, settings)) {
      const open = { only: 'store', schema: 'as-it-is' } as const;
      judged = await withRuntime(context, settings, open, async (runtime) => {
        const database = describeDatabaseUrl(resolveDatabaseUrl(settings, context.resolveSecret));
        report.push(...(await checkInside(runtime, database, failureFindings)));
        return checkStoredConfiguration(context, settings, runtime);
      });
    } else report.push(findingsOf('database').note('There is none yet: the first start makes it'));
  } catch (error) {
    isKnown = isAppError(error, 'store.no-schema');
    report.push(...databaseFailure(error));
  }
  if (judged.findings.length === 0) judged = await checkFirstConfiguration(context, settings, isKnown);
  const { configuration, findings, inForce } = judged;
  report.push(...findings);
  if (configuration === null) return report;
  report.push(
    ...checkAuthorityFiles(configuration),
    ...checkSecretFiles(configuration),
    ...checkProxies(configuration.organisation.publicUrl, settings.trustedProxies),
    ...(await checkServers(context, settings, inForce ? undefined : configuration)),
    ...(await checkPublicUrl(configuration.organisation.publicUrl)),
  );
  return report;
}

/** An empty database and an older schema are no trouble: the next start makes it, or brings it up to date. */
function databaseFailure(error: unknown): Finding[] {
  if (isAppError(error, 'store.no-schema')) return [findingsOf('database').note('It is empty: the first start makes its tables')];
  if (!isAppError(error, 'store.older-schema')) return failureFindings('database', error);
  const { meaning, facts, fix } = describeFailure(error);
  return [findingsOf('database').warn(`${meaning} (${facts.join('; ')})`, fix)];
}

/**
 * Directories and mail, all at the same time: each waits for its own servers.
 * @param configuration one that is not in force yet; it is tried beside a database in memory
 */
async function checkServers(context: CommandContext, settings: Settings, configuration: Configuration | undefined): Promise<Finding[]> {
  const place: Settings = configuration === undefined ? settings : { ...settings, database: { url: 'sqlite::memory:' } };
  const options = configuration === undefined ? ({ schema: 'as-it-is' } as const) : { configuration };
  try {
    return await withRuntime(context, place, options, async (runtime) => {
      // Before the first start nobody can have enrolled.
      const options = { failed: failureFindings, canHaveEnrolled: configuration === undefined };
      return runtime.configuration === null ? [] : checkOutside(runtime, runtime.configuration, options);
    });
  } catch (error) {
    return failureFindings('directories and mail', error);
  }
}
