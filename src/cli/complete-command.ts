import { resolve } from 'node:path';
import { shellWord } from '../../shared/fix-text.ts';

/**
 * A line to paste, made one for this installation: a command of ours gets the settings file of the run that prints it. Other lines stay
 * as they are.
 * @param settingsFile as it was named; undefined when none was
 */
export function completeCommand(line: string, settingsFile: string | undefined): string {
  if (settingsFile === undefined || !/^keyturn (?!.*--config)(?!config check\b|key create\b)/.test(line)) return line;
  return line.replace(/^keyturn /, `keyturn --config ${shellWord(resolve(settingsFile))} `);
}
