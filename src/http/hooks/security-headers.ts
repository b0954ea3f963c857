import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { HttpDeps } from '../http-deps.ts';

/**
 * Security headers of every answer (SEC-3). Scripts and styles come from our own files alone. `style-src-attr` is open
 * because the component library positions things by style attributes; an attribute cannot load or run anything.
 */
export async function registerSecurityHeaders(app: FastifyInstance, deps: Pick<HttpDeps, 'configuration'>): Promise<void> {
  const isHttps = deps.configuration().organisation.publicUrl.startsWith('https:');
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        styleSrcAttr: ["'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
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
  app.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=()');
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    done();
  });
}
