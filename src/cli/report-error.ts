import { isAppError } from '../../shared/errors.ts';
import { fixParts, printedFix } from '../../shared/fix-text.ts';
import { describeFailure } from './describe-failure.ts';

/**
 * An error as a person in front of a terminal needs it: what has happened, its code, the facts, the fix. The stack
 * only with `--debug`.
 *
 * @param complete makes a command that is named in the fix one for this installation
 */
export function describeError(error: unknown, debug: boolean, complete: (line: string) => string = (line) => line): string {
  const { meaning, facts, problems, fix } = describeFailure(error);
  const lines = [isAppError(error) ? `keyturn: ${meaning} (${error.code}).` : `keyturn: ${meaning}.`];
  for (const fact of [...facts, ...problems]) lines.push(`  ${fact}`);
  const { sentence, lines: pasted } = fixParts(fix);
  lines.push(...printedFix({ sentence, lines: pasted.map(complete) }, '  '));
  if (debug) lines.push(...stacks(error));
  return lines.join('\n');
}

function stacks(error: unknown): string[] {
  const lines: string[] = [];
  for (let cause = error; cause !== undefined && cause !== null; cause = cause instanceof Error ? cause.cause : undefined) {
    lines.push(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
  }
  return lines;
}
