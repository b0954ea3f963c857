import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Site } from '../../shared/api/site.ts';
import { readLogo } from '../core/branding/logo.ts';
import { styleSheetOf } from '../core/branding/style-sheet.ts';
import type { Configuration } from '../core/configuration/document.ts';
import { ownText } from '../core/configuration/own-text.ts';
import type { HttpDeps } from './http-deps.ts';

const ADDRESSES = { logo: '/branding/logo', logoDark: '/branding/logo-dark' } as const;
const STYLE_SHEET = '/branding/colours.css';

/** What the pages need to look as the organisation wants, in a language. */
export function brandingOf({ branding, organisation }: Configuration, language: string): Site['branding'] {
  const addressOf = (name: keyof typeof ADDRESSES) => {
    const image = branding[name];
    return image === undefined ? null : `${ADDRESSES[name]}?v=${versionOf(image)}`;
  };
  return {
    ...{ logo: addressOf('logo'), logoDark: addressOf('logoDark') },
    links: branding.links.map(({ url, label }) => ({ url, label: ownText(label, language, organisation.defaultLanguage) })),
  };
}

/** The element that colours the page, for the head of the page file; none where the colours are ours. */
export function colourElement({ branding: { accent } }: Configuration): string {
  return accent === undefined ? '' : `<link rel="stylesheet" href="${STYLE_SHEET}?v=${versionOf(accent)}" />`;
}

/** Serves logos and colours of the configuration that counts. An address with the version that is asked for may be kept for ever. */
export function registerBranding(app: FastifyInstance, { configuration }: Pick<HttpDeps, 'configuration'>): void {
  const hidden = { schema: { hide: true } };
  const send = (reply: FastifyReply, query: unknown, given: string, type: string, body: string | Buffer) => {
    const isVersioned = (query as { v?: unknown }).v === versionOf(given);
    return reply
      .header('cache-control', isVersioned ? 'public, max-age=31536000, immutable' : 'no-cache')
      .type(type)
      .send(body);
  };
  for (const [name, address] of Object.entries(ADDRESSES)) {
    app.get(address, hidden, (request, reply) => {
      const image = configuration().branding[name as keyof typeof ADDRESSES];
      const logo = image === undefined ? undefined : readLogo(image);
      if (image === undefined || logo === undefined || 'problem' in logo) return reply.callNotFound();
      return send(reply, request.query, image, logo.type, logo.bytes);
    });
  }
  app.get(STYLE_SHEET, hidden, (request, reply) => {
    const { accent } = configuration().branding;
    return accent === undefined
      ? reply.callNotFound()
      : send(reply, request.query, accent, 'text/css; charset=utf-8', styleSheetOf(accent));
  });
}

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
