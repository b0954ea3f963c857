import { withLines } from '../../../shared/fix-text.ts';
import type { BreachedPasswords } from '../ports/breached-passwords.ts';
import { type Finding, findingsOf } from './finding.ts';

/** Whether the source of breached passwords can be asked. A file is read here and there; `keyturn breached status --verify` reads all. */
export async function checkBreached(breached: BreachedPasswords): Promise<Finding[]> {
  const { ok, fail } = findingsOf('breached passwords');
  const { source, facts, problem } = await breached.health();
  if (problem === undefined) return [ok(`${source}: ${facts}`)];
  return [
    fail(
      `${source}: ${problem}. New passwords are treated as passwordRules.breached.whenNotKnown says`,
      withLines('See that the service can be reached from here, or make the file', 'keyturn breached import LIST'),
    ),
  ];
}
