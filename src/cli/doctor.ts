import type { Command } from 'commander';
import type { Settings } from '../config/settings.ts';
import type { Configuration } from '../core/configuration/document.ts';
import type { CommandContext } from './command-context.ts';
import { checkAudit } from './doctor/check-audit.ts';
import { checkBreached } from './doctor/check-breached.ts';
import { checkDatabase, checkDatabasePlace } from './doctor/check-database.ts';
import { checkDirectory } from './doctor/check-directory.ts';
import { checkEnrolment } from './doctor/check-enrolment.ts';
import { checkNode } from './doctor/check-machine.ts';
import { checkMail } from './doctor/check-mail.ts';
import { checkProxies, checkPublicUrl } from './doctor/check-public-url.ts';
import { checkSeals } from './doctor/check-seals.ts';
import { checkKeys, checkSettings } from './doctor/check-settings.ts';
import { checkStoredConfiguration } from './doctor/check-stored-configuration.ts';
import { failureFindings } from './doctor/failure-findings.ts';
import type { Finding } from './doctor/finding.ts';
import { withExamples } from './examples.ts';
import { withRuntime } from './with-runtime.ts';

const MARKS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

/** `keyturn doctor`: everything a node depends on, each line with its fix. */
export function addDoctorCommand(program: Command, context: CommandContext): void {
  const doctor = program
    .command('doctor')
    .summary('check everything Keyturn depends on')
    .description(
      'Check everything Keyturn depends on: Node.js, settings, keys, database, configuration, directories and what the service account may do in each, mail and the public URL. Changes nothing but the schema of an older database. Exit code 1 when something failed.',
    )
    .option('--json', 'print the findings as JSON')
    .action(async (options: { json?: boolean }) => {
      const findings = await diagnose(context);
      if (findings.some((finding) => finding.level === 'fail')) context.failed();
      if (options.json === true)
        return context.print(JSON.stringify({ ok: !findings.some(({ level }) => level === 'fail'), findings }, null, 2));
      for (const { level, area, text, fix } of findings) {
        await context.print(`${MARKS[level]}  ${area}: ${text}`);
        if (fix !== undefined) await context.print(`      Fix: ${fix}.`);
      }
      const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
      await context.print(`${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed`);
    });
  withExamples(doctor, [
    { command: 'keyturn doctor --config /etc/keyturn/keyturn.yaml', does: 'checks that installation' },
    { command: 'keyturn doctor --json', does: 'the same for a monitoring system' },
  ]);
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
  try {
    const configuration = await withRuntime(context, settings, { only: 'store' }, async (runtime) => {
      report.push(
        ...(await checkDatabase(context, settings, runtime)),
        ...(await checkSeals(runtime.store)),
        ...(await checkAudit(runtime.store)),
      );
      const stored = await checkStoredConfiguration(context, settings, runtime);
      report.push(...stored.findings);
      return stored.configuration;
    });
    if (configuration === null) return report;
    report.push(...checkProxies(configuration.organisation.publicUrl, settings.trustedProxies));
    report.push(...(await checkOutside(context, settings, configuration)), ...(await checkPublicUrl(configuration.organisation.publicUrl)));
  } catch (error) {
    report.push(...failureFindings('database', error));
  }
  return report;
}

/** Directories, mail and who can recover at all, all at the same time: each waits for its own servers. */
async function checkOutside(context: CommandContext, settings: Settings, configuration: Configuration): Promise<Finding[]> {
  try {
    return await withRuntime(context, settings, {}, async (runtime) => {
      const { directories, mailer, breached } = runtime;
      const checks = [
        ...directories.map(checkDirectory),
        ...(mailer === null ? [] : [checkMail(mailer)]),
        ...(breached === null ? [] : [checkBreached(breached)]),
        checkEnrolment(runtime, configuration),
      ];
      return (await Promise.all(checks)).flat();
    });
  } catch (error) {
    return failureFindings('directories and mail', error);
  }
}
