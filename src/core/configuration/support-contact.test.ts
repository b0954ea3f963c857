import { expect, it } from 'vitest';
import { configurationSchema } from './document.ts';
import { supportContact } from './support-contact.ts';

function contactIn(language: string, given: unknown, defaultLanguage = 'en'): string {
  const { organisation } = configurationSchema.parse({
    version: 1,
    organisation: { publicUrl: 'https://keyturn.example', defaultLanguage, ...(given === undefined ? {} : { supportContact: given }) },
    directories: [{ kind: 'embedded', id: 'people', label: 'People' }],
    mail: { kind: 'capture' },
  });
  return supportContact({ organisation }, language);
}

it.each([
  ['one text for everybody', 'Call 555', 'de', 'Call 555'],
  ['the text of the language', { en: 'Call', de: 'Rufen' }, 'de', 'Rufen'],
  ['the text of the default language where there is none', { en: 'Call' }, 'de', 'Call'],
  ['any text where there is neither', { de: 'Rufen' }, 'en', 'Rufen'],
  ['a text of ours where nothing is said', undefined, 'de', 'Fragen Sie Ihren Helpdesk.'],
])('gives %s', (_what, given, language, expected) => {
  expect(contactIn(language, given)).toBe(expected);
});

it.each([{}, { fr: 'Appelez' }, { en: '' }, 5, ''])('takes no %j', (given) => {
  expect(() => contactIn('en', given)).toThrow();
});
