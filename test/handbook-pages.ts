import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every page that people read: the handbook with its folders, the reference, the decisions, and what stands at the top and in `windows/`. */
export const PAGES: readonly string[] = [
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
  ...['.', 'windows', 'windows/kiosk'].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))),
].filter((path) => path.endsWith('.md'));

/** The code blocks of a page that are marked as this language. */
export function blocks(path: string, language: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, text = '']) => text,
  );
}

/** What the headings of a page are called in links to them, as GitHub makes it from their words. */
export function headings(path: string): Set<string> {
  const prose = readFileSync(path, 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  return new Set(
    [...prose.matchAll(/^#+ (.*)$/gm)].map(([, words = '']) =>
      words
        .trim()
        .toLowerCase()
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
