import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { supportContact } from '../core/configuration/support-contact.ts';
import { colourElement } from './branding-files.ts';
import type { HttpDeps } from './http-deps.ts';
import { requestLanguage } from './request-language.ts';

/** An element whose text is one of ours: its key stands in `data-text`. */
const WORDED = /(<(\w+)\b[^>]*\sdata-text="([^"]+)"[^>]*>)[^<]*(?=<\/\2>)/g;

/** Sends the one page file of the portal; its script draws the page that belongs to the address. */
export type SendPage = (request: FastifyRequest, reply: FastifyReply, status: number) => FastifyReply;

/**
 * Reads the page file, once. It is sent in the language of the request: what it says without its script (which did not load, or is
 * switched off) is for people too, and the script takes that language where the browser's own are none of ours.
 * @returns null where there are no pages
 */
export function createPageSender(deps: Pick<HttpDeps, 'pages' | 'texts' | 'configuration'>): SendPage | null {
  if (deps.pages === null) return null;
  const file = readFileSync(join(deps.pages, 'index.html'), 'utf8');
  return (request, reply, status) => {
    const language = requestLanguage(deps, request);
    const contact = supportContact(deps.configuration(), language);
    const html = file
      .replace('</head>', () => `${colourElement(deps.configuration())}</head>`)
      .replace(/<html lang="[^"]*"/, `<html lang="${language}"`)
      .replace(
        WORDED,
        (_all, open: string, _name, key: string) => open + escapeHtml(deps.texts.translate(language, `portal.${key}`, { contact })),
      );
    return reply
      .status(status)
      .header('cache-control', 'no-cache')
      .header('vary', 'accept-language')
      .type('text/html; charset=utf-8')
      .send(html);
  };
}

/** Whether a person's browser wants to show what is answered, and not a program to read it. */
export function wantsPage(request: FastifyRequest): boolean {
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  return isReading && !request.url.startsWith('/api/') && /\btext\/html\b/i.test(request.headers.accept ?? '');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
