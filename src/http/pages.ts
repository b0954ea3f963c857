import { relative } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { HttpDeps } from './http-deps.ts';
import type { SendPage } from './page-file.ts';

/** Serves the built pages, with a slash behind their address or without. Files with a hash in their name may be kept for ever, the page itself never. */
export async function registerPages(
  app: FastifyInstance,
  deps: Pick<HttpDeps, 'pages' | 'demo'>,
  send: SendPage,
  addresses: readonly string[],
): Promise<void> {
  const root = deps.pages;
  if (root === null) return;
  await app.register(fastifyStatic, {
    root,
    index: false,
    wildcard: false,
    cacheControl: false,
    // What shows captured codes exists in demo mode alone. The page file is sent by us: it is not the same for everybody.
    globIgnore: ['index.html', ...(deps.demo === null ? ['assets/demo-*'] : [])],
    setHeaders: (reply, path) => {
      reply.header('cache-control', relative(root, path).startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  for (const address of addresses) {
    for (const spelling of address === '/' ? [address] : [address, `${address}/`]) {
      app.get(spelling, { schema: { hide: true } }, (request, reply) => send(request, reply, 200));
    }
  }
}
