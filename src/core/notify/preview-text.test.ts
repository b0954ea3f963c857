import { expect, it } from 'vitest';
import { createTexts } from '../../texts/create-texts.ts';
import { configurationSchema } from '../configuration/document.ts';
import { previewText } from './preview-text.ts';

const configuration = configurationSchema.parse({
  ...{ version: 1, organisation: { name: 'Example', publicUrl: 'https://recover.example.test' } },
  ...{ directories: [{ kind: 'embedded', id: 'people', label: 'People' }], mail: { kind: 'capture', from: 'a@example.test' } },
});
const deps = { texts: createTexts({ folder: 'locales' }), configuration: () => configuration };
const words = { notice: 'code', language: 'en', text: '{{organisation}} IT: {{code}} for {{purpose}}.' };

it('shows own words with what is kept, beside the usual ones, and what each costs', () => {
  const kept = 'Nobody who helps you will ask for it.\n\n@recover.example.test #1234567890';
  expect(previewText(deps, words)).toEqual({
    problems: [],
    own: { text: `Example IT: 1234567890 for a new password. ${kept}`, messages: 1 },
    usual: { text: `Example: 1234567890 is your code for a new password. ${kept}`, messages: 1 },
    variables: ['what', 'code', 'purpose', 'organisation'],
  });
  expect(previewText(deps, { ...words, text: `${words.text} ${'Ask room 104. '.repeat(8)}` }).own?.messages).toBe(2);
  // One letter outside of the default alphabet leaves 70 places.
  expect(previewText(deps, { ...words, text: `${words.text} ☎` }).own?.messages).toBe(2);
});

it('tells what is wrong, with whom they are for', () => {
  const wrong = { ...words, text: 'two\nlines' };
  expect(previewText(deps, wrong)).toMatchObject({ own: null, problems: [{ setting: 'text', message: 'A text is one line' }] });
  expect(previewText(deps, { ...words, directory: 'peeple' })).toMatchObject({
    own: null,
    problems: [{ setting: 'directory', message: 'There is no directory peeple; did you mean people?' }],
  });
  expect(previewText(deps, { ...words, text: '{{what}} https://example.test' })).toMatchObject({
    own: { messages: 1 },
    problems: [{ setting: 'text', severity: 'warning' }],
  });
  expect(previewText(deps, { ...words, notice: 'call-code' })).toMatchObject({ own: null, usual: null, variables: [] });
});
