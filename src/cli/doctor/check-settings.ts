import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isAppError } from '../../../shared/errors.ts';
import { shellWord, withLines } from '../../../shared/fix-text.ts';
import { resolveKeys } from '../../config/resolve-keys.ts';
import type { Settings } from '../../config/settings.ts';
import { type Finding, findingsOf } from '../../core/health/finding.ts';
import type { CommandContext } from '../command-context.ts';
import { checkPrivateFile } from './check-machine.ts';
import { failureFindings } from './failure-findings.ts';

/** The boot settings, if they are in order, and what was found. */
export function checkSettings(context: CommandContext): { settings: Settings | null; findings: Finding[] } {
  const { ok, warn } = findingsOf('settings');
  const file = context.settingsFile();
  try {
    const { settings } = context.settings();
    const findings: Finding[] = [ok(file === undefined ? 'No settings file: defaults and environment' : `${resolve(file)} is in order`)];
    if (file !== undefined && (statSync(file).mode & 0o022) !== 0) {
      findings.push(
        warn(
          `Others on this machine can change ${resolve(file)}`,
          withLines('Take the right away', `chmod go-w ${shellWord(resolve(file))}`),
        ),
      );
    }
    if (settings.demo) findings.push(warn('Demo mode is on: codes are shown to anyone', 'Remove `demo: true` before real people use it'));
    return { settings, findings };
  } catch (error) {
    return { settings: null, findings: failureFindings('settings', error) };
  }
}

/** Whether the keys can be read, and by whom else. */
export function checkKeys(context: CommandContext, settings: Settings): Finding[] {
  const { ok } = findingsOf('keys');
  const files = settings.keys.flatMap((key) =>
    key.secret.startsWith('file:') ? checkPrivateFile('keys', key.secret.slice('file:'.length)) : [],
  );
  try {
    const keys = resolveKeys(settings, context.resolveSecret);
    return [ok(`${keys.length} configured, ${keys[0]?.id} seals`), ...files];
  } catch (error) {
    if (isAppError(error)) return [...failureFindings('keys', error), ...files];
    throw error;
  }
}
