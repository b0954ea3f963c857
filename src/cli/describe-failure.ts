import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { type AppError, type ErrorDetails, isAppError } from '../../shared/errors.ts';
import { shellWord, withLines } from '../../shared/fix-text.ts';
import { systemErrorCode, systemErrorInWords } from '../../shared/system-error.ts';
import { EXPLANATIONS } from './explain-error.ts';

/** An error in words, for the terminal and for the doctor. */
export interface Failure {
  /** One sentence without its full stop. */
  readonly meaning: string;
  /** What else is known, each for a line of its own. */
  readonly facts: readonly string[];
  /** What has to be corrected, when that is a list. */
  readonly problems: readonly string[];
  /** As `shared/fix-text.ts` has it. */
  readonly fix: string;
}

/** The error may know better what is wrong and what mends it than the table of its code does. */
export function describeFailure(error: unknown): Failure {
  if (isAppError(error)) return describeAppError(error);
  const code = systemErrorCode(error);
  const known = code === null ? null : describeSystemError(code, error);
  return known ?? { ...EXPLANATIONS['internal.unexpected'], facts: [], problems: [] };
}

function describeAppError({ code, details: { problem, problems, fix, ...rest } }: AppError): Failure {
  const explained = EXPLANATIONS[code];
  return {
    meaning: explained.meaning,
    facts: [...(typeof problem === 'string' && problem !== '' ? [problem] : []), ...facts(rest)],
    problems: Array.isArray(problems) ? problems.map(String) : [],
    fix: typeof fix === 'string' ? fix : explained.fix,
  };
}

function facts(details: ErrorDetails): string[] {
  return Object.entries(details).map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`);
}

/** Errors of the system that an operator meets and can mend. */
function describeSystemError(code: string, error: unknown): Failure | null {
  const about = (name: string): string => (error instanceof Error && name in error ? String(error[name as keyof Error]) : '');
  const path = about('path');
  const failure = (meaning: string, fix: string): Failure => ({ meaning, facts: [], problems: [], fix });
  switch (code) {
    case 'EADDRINUSE':
      return failure(`Port ${about('port')} is in use already`, 'Stop the other program, or choose another port with --port');
    case 'EADDRNOTAVAIL':
      return failure('This machine does not have the address to listen on', 'Correct listen.host, or --host');
    case 'ENOENT':
      if (path !== '' && !existsSync(dirname(path))) {
        const folder = dirname(path);
        const { username } = userInfo();
        return failure(
          `The folder ${folder} does not exist`,
          withLines('Make it, as root', `install -d -o ${username} -m 0700 ${shellWord(folder)}`),
        );
      }
      return failure(`${path} does not exist`, 'Correct the path, or make it');
    case 'ENOSPC':
    case 'EDQUOT':
      return failure(
        `${path === '' ? 'What was to be written' : path} cannot be written: ${systemErrorInWords(code)}`,
        'Make room on the disk',
      );
    case 'EACCES':
    case 'EPERM':
      return path === ''
        ? failure(
            `This user may not listen on port ${about('port')}`,
            'Choose a port of 1024 or above, and let the proxy listen on the other',
          )
        : failure(`This user may not use ${path}`, withLines('Look who may', `ls -ld ${path}`));
    default:
      return path === '' ? null : failure(`${path}: ${systemErrorInWords(code)}`, 'Look at the path, its owner and its disk');
  }
}
