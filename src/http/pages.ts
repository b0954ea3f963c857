import { relative } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { HttpDeps } from './http-deps.ts';

/** Addresses that one page file answers; its script draws the right one. */
const PAGES = ['/', '/recover', '/not-me'];

/** Serves the built pages. Files with a hash in their name may be kept for ever, the page itself never. */
export async function registerPages(app: FastifyInstance, deps: HttpDeps): Promise<void> {
  const root = deps.pages;
  if (root === null) return;
  await app.register(fastifyStatic, {
    root,
    index: false,
    wildcard: false,
    cacheControl: false,
    // What shows captured codes exists in demo mode alone.
    ...(deps.demo === null ? { globIgnore: ['assets/demo-*'] } : {}),
    setHeaders: (reply, path) => {
      reply.header('cache-control', relative(root, path).startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  for (const address of deps.demo === null ? PAGES : [...PAGES, '/demo']) {
    app.get(address, { schema: { hide: true } }, (_request, reply) => reply.sendFile('index.html'));
  }
}
