import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, type ErrorCode } from '../../shared/errors.ts';
import { chooseLanguage } from '../core/configuration/choose-language.ts';
import type { SecurityHeaders } from './hooks/security-headers.ts';
import type { HttpDeps } from './http-deps.ts';
import { problemOf } from './problem.ts';

/** What the HTTP parser refuses, by the code of Node.js; anything else is `request.malformed`. */
const REFUSALS: Readonly<Record<string, { status: number; code: ErrorCode }>> = {
  // RFC 6585 5.
  HPE_HEADER_OVERFLOW: { status: 431, code: 'request.too-large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'request.timed-out' },
};

/** Answers what is no HTTP: it never becomes a request, so there are neither hooks nor replies. */
export function answerClientErrors(deps: Pick<HttpDeps, 'texts' | 'log' | 'configuration'>, headers: SecurityHeaders) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const { status, code } = REFUSALS[error.code ?? ''] ?? { status: 400, code: 'request.malformed' as const };
    deps.log.info('http.no-request', { code, reason: error.code ?? 'unknown' });
    if (!socket.writable) return void socket.destroy();
    const body = JSON.stringify({ ...problemOf(new AppError(code), deps.texts, chooseLanguage(deps), 'none'), status });
    const fields = {
      ...headers,
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    };
    const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`);
  };
}
