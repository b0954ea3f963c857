import type { Command } from 'commander';
import { isAppError } from '../../shared/errors.ts';
import { printedFix } from '../../shared/fix-text.ts';
import type { Settings } from '../config/settings.ts';
import type { Configuration } from '../core/configuration/document.ts';
import { verbsInUse } from '../core/delegation/verbs-in-use.ts';
import type { Directory } from '../core/ports/directory.ts';
import type { DirectoryVerb } from '../core/ports/directory-health.ts';
import type { CommandContext } from './command-context.ts';
import { completeCommand } from './complete-command.ts';
import { describeFailure } from './describe-failure.ts';
import { checkAudit } from './doctor/check-audit.ts';
import { checkAuthorityFiles } from './doctor/check-authority-files.ts';
import { checkBreached } from './doctor/check-breached.ts';
import { checkDatabase, checkDatabasePlace } from './doctor/check-database.ts';
import { checkDictionary } from './doctor/check-dictionary.ts';
import { checkDirectory } from './doctor/check-directory.ts';
import { checkEmergency } from './doctor/check-emergency.ts';
import { checkEnrolment } from './doctor/check-enrolment.ts';
import { checkNode } from './doctor/check-machine.ts';
import { checkMail } from './doctor/check-mail.ts';
import { checkProxies, checkPublicUrl } from './doctor/check-public-url.ts';
import { checkRoles } from './doctor/check-roles.ts';
import { checkSeals } from './doctor/check-seals.ts';
import { checkSecretFiles } from './doctor/check-secret-files.ts';
import { checkKeys, checkSettings } from './doctor/check-settings.ts';
import { checkSms } from './doctor/check-sms.ts';
import { checkFirstConfiguration, checkStoredConfiguration, type JudgedConfiguration } from './doctor/check-stored-configuration.ts';
import { checkThreat } from './doctor/check-threat.ts';
import { failureFindings } from './doctor/failure-findings.ts';
import { type Finding, findingsOf } from './doctor/finding.ts';
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

/** What of the rights of its service account is used. */
function verbsOf(configuration: Configuration, { id, kind }: Directory): ReadonlySet<DirectoryVerb> {
  return verbsInUse(configuration, configuration.directories.find((section) => section.id === id) ?? { kind });
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
  report.push(...keys, ...(await checkDatabasePlace(context, settings)));
  if (keys.some((finding) => finding.level === 'fail')) return report;
  return [...report, ...(await checkInside(context, settings))];
}

async function checkInside(context: CommandContext, settings: Settings): Promise<Finding[]> {
  const report: Finding[] = [];
  let judged: JudgedConfiguration = { inForce: false, configuration: null, findings: [] };
  try {
    if (mayHaveDatabase(context, settings)) {
      const open = { only: 'store', schema: 'as-it-is' } as const;
      judged = await withRuntime(context, settings, open, async (runtime) => {
        report.push(
          ...(await checkDatabase(context, settings, runtime)),
          ...(await checkSeals(runtime.store)),
          ...(await checkAudit(runtime.store)),
          ...(await checkEmergency(runtime)),
          ...(await checkThreat(runtime)),
        );
        return checkStoredConfiguration(context, settings, runtime);
      });
    } else report.push(findingsOf('database').note('There is none yet: the first start makes it'));
  } catch (error) {
    report.push(...databaseFailure(error));
  }
  if (judged.findings.length === 0) judged = await checkFirstConfiguration(context, settings);
  const { configuration, findings, inForce } = judged;
  report.push(...findings);
  if (configuration === null) return report;
  report.push(
    ...checkAuthorityFiles(configuration),
    ...checkSecretFiles(configuration),
    ...checkProxies(configuration.organisation.publicUrl, settings.trustedProxies),
    ...(await checkOutside(context, settings, inForce ? undefined : configuration)),
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
async function checkOutside(context: CommandContext, settings: Settings, configuration: Configuration | undefined): Promise<Finding[]> {
  const place: Settings = configuration === undefined ? settings : { ...settings, database: { url: 'sqlite::memory:' } };
  const options = configuration === undefined ? ({ schema: 'as-it-is' } as const) : { configuration };
  try {
    return await withRuntime(context, place, options, async (runtime) => {
      const { directories, mailer, sms, breached, dictionary, texts, random, configuration: used } = runtime;
      const settle = used?.recovery.settleMilliseconds ?? 0;
      const checks = [
        ...(used === null ? [] : directories.map((each) => checkDirectory(each, { settle, random, verbs: verbsOf(used, each) }))),
        ...(mailer === null ? [] : [checkMail(mailer)]),
        ...(sms === null || used === null ? [] : [checkSms(sms, texts, used)]),
        ...(used === null ? [] : [checkRoles(directories, used)]),
        ...(breached === null ? [] : [checkBreached(breached)]),
        ...(dictionary === null ? [] : [checkDictionary(dictionary)]),
        // Before the first start nobody can have enrolled.
        ...(configuration === undefined && used !== null ? [checkEnrolment(runtime, used)] : []),
      ];
      return (await Promise.all(checks)).flat();
    });
  } catch (error) {
    return failureFindings('directories and mail', error);
  }
}
