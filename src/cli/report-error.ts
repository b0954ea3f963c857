import { type AppError, type ErrorDetails, isAppError } from '../../shared/errors.ts';
import { EXPLANATIONS } from './explain-error.ts';

/**
 * An error for the terminal: one sentence with its code, what is known about it, and the fix. The stack is only for
 * `--debug`: it tells little to an operator.
 */
export function describeError(error: unknown, debug: boolean): string {
  const lines = isAppError(error) ? describeAppError(error) : describeOther(error);
  if (debug) lines.push(...stacks(error));
  else if (!isAppError(error)) lines.push('  Run again with --debug for details.');
  return lines.join('\n');
}

function describeAppError(error: AppError): string[] {
  const { meaning, fix } = EXPLANATIONS[error.code];
  const lines = [`keyturn: ${meaning} (${error.code}).`];
  for (const fact of facts(error.details)) lines.push(`  ${fact}`);
  if (fix !== undefined) lines.push(`  Fix: ${fix}.`);
  return lines;
}

function facts({ problems, ...rest }: ErrorDetails): string[] {
  const listed = Array.isArray(problems) ? problems.map(String) : [];
  return [...Object.entries(rest).map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`), ...listed];
}

/** Errors of the system that an operator meets and can mend. */
function describeOther(error: unknown): string[] {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const path = error instanceof Error && 'path' in error ? String(error.path) : '';
  const port = error instanceof Error && 'port' in error ? String(error.port) : '';
  switch (code) {
    case 'EADDRINUSE':
      return [`keyturn: Port ${port} is in use already.`, '  Fix: Stop the other program, or choose another port with --port.'];
    case 'EADDRNOTAVAIL':
      return ['keyturn: This machine does not have the address to listen on.', '  Fix: Correct listen.host, or --host.'];
    case 'ENOENT':
      return [`keyturn: ${path} does not exist.`];
    case 'EACCES':
    case 'EPERM':
      return [`keyturn: This user may not use ${path === '' ? `port ${port}` : path}.`];
    default:
      return [`keyturn: ${EXPLANATIONS['internal.unexpected'].meaning} (internal.unexpected).`];
  }
}

function stacks(error: unknown): string[] {
  const lines: string[] = [];
  for (let cause = error; cause !== undefined && cause !== null; cause = cause instanceof Error ? cause.cause : undefined) {
    lines.push(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
  }
  return lines;
}
