import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import { ANSWER_MARK } from '../../../shared/api/answer-mark.ts';
import type { HttpDeps } from '../http-deps.ts';

/** Header fields by name. */
export type SecurityHeaders = Readonly<Record<string, string>>;

/**
 * Security headers of every answer (SEC-3), whoever gives it. Scripts and styles come from our own files alone, and nothing is
 * kept by anybody: who may keep a file of the pages says so. With them goes the mark by which our answers are told from a proxy's.
 */
export function securityHeaders(deps: Pick<HttpDeps, 'configuration'>): SecurityHeaders {
  const isHttps = deps.configuration().organisation.publicUrl.startsWith('https:');
  const headers: Record<string, string> = {
    [ANSWER_MARK.name]: ANSWER_MARK.value,
    'cache-control': 'no-store',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  };
  const write = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        workerSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    strictTransportSecurity: isHttps ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  // Written once into a table: some answers are given where no hook and no library runs.
  const table = {
    setHeader: (name: string, value: string) => void Object.assign(headers, { [name.toLowerCase()]: value }),
    removeHeader: () => undefined,
  };
  write({} as IncomingMessage, table as unknown as ServerResponse, () => undefined);
  return headers;
}

/** Puts them on whatever leaves. Must come before every hook that may refuse. */
export function registerSecurityHeaders(app: FastifyInstance, headers: SecurityHeaders): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}
