import { type DestinationStream, pino } from 'pino';
import { AppError } from '../../shared/errors.ts';
import type { Log } from '../core/ports/platform.ts';
import { createLogStream, type LogStream } from './log-stream.ts';

/** One for the process, however many logs it opens: it has one end to write it out at. */
let standardError: LogStream | null = null;

/**
 * Structured log: one JSON object a line on standard error. Errors are written as code, message and stack; of a cause
 * only name, code and message, since libraries hang whole requests on their errors.
 */
export function createLog(level: 'debug' | 'info' | 'warn' | 'error', destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    messageKey: 'event',
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: describeError },
  };
  const logger = pino(options, destination ?? toStandardError());
  return {
    info: (event, facts = {}) => logger.info(facts, event),
    warn: (event, facts = {}) => logger.warn(facts, event),
    error: (event, facts = {}) => logger.error(facts, event),
  };
}

function toStandardError(): LogStream {
  if (standardError !== null) return standardError;
  const stream = createLogStream(2, { lineOfLost });
  process.on('exit', () => stream.end());
  standardError = stream;
  return stream;
}

function lineOfLost(lines: number): string {
  let line = '';
  const log = createLog('warn', {
    write(text: string) {
      line = text;
    },
  });
  log.warn('log.lines-lost', { lines });
  return line;
}

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: typeof error };
  const { name, message, stack } = error;
  const code = (error as { code?: unknown }).code;
  return {
    name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message,
    ...(error instanceof AppError ? {} : { stack }),
    ...(error.cause === undefined ? {} : { cause: describeCause(error.cause, 0) }),
  };
}

function describeCause(cause: unknown, depth: number): Record<string, unknown> {
  if (!(cause instanceof Error) || depth > 3) return { message: typeof cause };
  const code = (cause as { code?: unknown }).code;
  return {
    name: cause.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: cause.message,
    ...(cause.cause === undefined ? {} : { cause: describeCause(cause.cause, depth + 1) }),
  };
}
