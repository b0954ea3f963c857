import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildWeb, WEB_FOLDER } from '../scripts/build-web.ts';

/** Compressed bytes that the recovery page may cost before anything can be done with it. */
const FIRST_LOAD = 150_000;
/** And from then to the last page, with everything that any step of it may load. */
const WHOLE_RECOVERY = 220_000;

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
/** The files that the browser fetches for a chunk: with what it imports at once, and with `late` also what it imports later. */
const filesOf = (key: string, late: (imported: string) => boolean, seen = new Set<string>()): Set<string> => {
  const { file, css = [], imports = [], dynamicImports = [] } = chunk(key);
  if (seen.has(file)) return seen;
  for (const each of [file, ...css]) seen.add(each);
  for (const imported of [...imports, ...dynamicImports.filter(late)]) filesOf(imported, late, seen);
  return seen;
};
/** One language, the longer one. */
const GERMAN = '../locales/de/portal.json';
/** Nobody who recovers an account meets the page of the demo, those for who is signed in or goes on at a phone, or a second language. */
const duringRecovery = (key: string) =>
  ['demo/', 'me/', 'phone/', 'admin/', 'history/', 'reports/', 'reference/', 'set-up/'].every((area) => !key.startsWith(area)) &&
  (!key.startsWith('../locales/') || key === GERMAN);
// gzip: every proxy has it. Brotli would be smaller still.
const compressed = (file: string) => gzipSync(readFileSync(join(WEB_FOLDER, file)), { level: 6 }).length;
const total = (files: Iterable<string>) => [...files].reduce((sum, file) => sum + compressed(file), 0);

beforeAll(async () => {
  await buildWeb();
  manifest = JSON.parse(readFileSync(join(WEB_FOLDER, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
}, 120_000);

describe('the recovery page', () => {
  const cost = (late: (imported: string) => boolean) => {
    const files = new Set(['index.html', 'favicon.svg', ...filesOf('index.html', late), ...filesOf(GERMAN, late)]);
    return { bytes: total(files), files: Object.fromEntries([...files].map((file) => [file, compressed(file)])) };
  };

  it('costs under 150 kB compressed when it is first loaded', () => {
    const { bytes, files } = cost(() => false);
    expect(bytes, JSON.stringify(files, null, 2)).toBeLessThan(FIRST_LOAD);
  });

  it('costs under 220 kB compressed from the first page to the last, all that is loaded late included', () => {
    const { bytes, files } = cost(duringRecovery);
    expect(bytes, JSON.stringify(files, null, 2)).toBeLessThan(WHOLE_RECOVERY);
    for (const key of ['portal/steps/new-password-step.tsx', 'portal/password/suggest-passphrase.ts']) {
      expect(Object.keys(files), key).toContain(chunk(key).file);
    }
  });

  it('brings no dictionary of words or stolen passwords: the server estimates strength', () => {
    const scripts = readdirSync(join(WEB_FOLDER, 'assets')).filter((file) => file.endsWith('.js'));
    // Words of the lists that no page, text, dice-ware list or row of a keyboard has.
    const telling = ['qwerty123', 'iloveyou1', 'letmein'];
    for (const file of scripts) {
      const text = readFileSync(join(WEB_FOLDER, 'assets', file), 'utf8');
      expect(
        telling.filter((word) => text.includes(word)),
        file,
      ).toEqual([]);
    }
  });

  it('has no inline script or style, so that a strict content security policy holds', () => {
    const html = readFileSync(join(WEB_FOLDER, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});
