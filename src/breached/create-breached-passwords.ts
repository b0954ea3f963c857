import type { PasswordRulesSettings } from '../core/configuration/password-rules-section.ts';
import type { BreachedPasswords } from '../core/ports/breached-passwords.ts';
import type { Log } from '../core/ports/platform.ts';
import { createBreachedFile } from './breached-file.ts';
import { createRangeService } from './range-service.ts';

/** The source that the configuration names; null when it names none. Opens nothing before the first question. */
export function createBreachedPasswords({ breached }: PasswordRulesSettings, log: Log): BreachedPasswords | null {
  if (breached === undefined) return null;
  return breached.source === 'file' ? createBreachedFile(breached.file, log) : createRangeService(breached, log);
}
