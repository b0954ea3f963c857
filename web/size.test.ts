import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildWeb, WEB_FOLDER } from '../scripts/build-web.ts';

/** Compressed bytes that the recovery page may cost on its first load. */
const BUDGET = 150_000;

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  dynamicImports?: string[];
}

let manifest: Record<string, Chunk>;
const chunk = (key: string): Chunk => {
  const found = manifest[key];
  if (found === undefined) throw new Error(`The build has no ${key}; it has ${Object.keys(manifest).join(', ')}`);
  return found;
};
/** The files that the browser fetches for a chunk, with what it imports statically. */
const filesOf = (key: string, seen = new Set<string>()): Set<string> => {
  const { file, css = [], imports = [] } = chunk(key);
  for (const each of [file, ...css]) seen.add(each);
  for (const imported of imports) filesOf(imported, seen);
  return seen;
};
// gzip: every proxy has it. Brotli would be smaller still.
const compressed = (file: string) => gzipSync(readFileSync(join(WEB_FOLDER, file)), { level: 6 }).length;
const total = (files: Iterable<string>) => [...files].reduce((sum, file) => sum + compressed(file), 0);

beforeAll(async () => {
  await buildWeb();
  manifest = JSON.parse(readFileSync(join(WEB_FOLDER, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
}, 120_000);

describe('the recovery page', () => {
  it('costs under 150 kB compressed for the whole journey', () => {
    const files = new Set(['index.html', 'favicon.svg']);
    for (const key of ['index.html', 'portal/steps/new-password-step.tsx', '../locales/de/portal.json']) filesOf(key, files);
    const sizes = Object.fromEntries([...files].map((file) => [file, compressed(file)]));
    expect(total(files), JSON.stringify(sizes, null, 2)).toBeLessThan(BUDGET);
  });

  it('leaves strength estimate, word lists and demo for when they are wanted', () => {
    const first = filesOf('index.html');
    for (const key of ['portal/password/strength.ts', 'portal/password/suggest-passphrase.ts', 'demo/demo-page.tsx']) {
      expect(first.has(chunk(key).file), key).toBe(false);
    }
  });

  it('has no inline script or style, so that a strict content security policy holds', () => {
    const html = readFileSync(join(WEB_FOLDER, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});
