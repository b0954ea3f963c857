import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDER = import.meta.dirname;
const REFERENCE = 'en';
const languages = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const files = (language: string) => readdirSync(join(FOLDER, language)).filter((file) => file.endsWith('.json'));
const load = (language: string, file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(FOLDER, language, file), 'utf8')) as Record<string, unknown>;

/** Languages differ in their plural forms, so `key_one` and `key_few` count as the same key. */
const withoutPlural = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '');
const keys = (texts: Record<string, unknown>) => [...new Set(Object.keys(texts).map(withoutPlural))].sort();
const parameters = (text: unknown) => [...new Set([...String(text).matchAll(/\{\{\s*([^},\s]+)/g)].map((match) => match[1]))].sort();

describe('texts', () => {
  it('exist in English and German at least', () => {
    expect(languages).toEqual(expect.arrayContaining(['en', 'de']));
  });

  // The answer to an earlier try may have been lost: what a request met on its way cannot know what is so.
  it('claim that nothing was changed only where the journey itself says so', () => {
    const claim = { en: /nothing (was|is|has been) changed/i, de: /(wurde|ist) nichts geändert/i };
    for (const [language, pattern] of Object.entries(claim)) {
      for (const file of ['portal.json', 'errors.json']) {
        const claiming = Object.entries(load(language, file)).filter(([, text]) => pattern.test(String(text)));
        // Thrown by the look at the directory that comes before a write, for the step that is open.
        expect(claiming.map(([key]) => key).filter((key) => key !== 'directory.unavailable')).toEqual([]);
      }
    }
  });

  describe.each(languages)('%s', (language) => {
    it('has the same files as English', () => {
      expect(files(language).sort()).toEqual(files(REFERENCE).sort());
    });

    it.each(files(REFERENCE))('%s has the same keys and parameters as English and leaves no text empty', (file) => {
      const reference = load(REFERENCE, file);
      const texts = load(language, file);
      expect(keys(texts)).toEqual(keys(reference));
      for (const [key, text] of Object.entries(texts)) {
        expect(text, key).toBeTypeOf('string');
        expect(String(text).trim(), key).not.toBe('');
        const model = reference[key] ?? reference[`${withoutPlural(key)}_other`];
        // A singular form may spell its number out.
        if (!/_(zero|one|two)$/.test(key)) expect(parameters(text), key).toEqual(parameters(model));
      }
    });
  });
});
