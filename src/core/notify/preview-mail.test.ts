import { expect, it } from 'vitest';
import { createTexts } from '../../texts/create-texts.ts';
import { configurationSchema } from '../configuration/document.ts';
import { MAIL_KINDS } from './mail-parts.ts';
import { variablesOf } from './mail-template.ts';
import { previewMail } from './preview-mail.ts';

const configuration = configurationSchema.parse({
  ...{ version: 1, organisation: { name: 'Example <Inc>', publicUrl: 'https://recover.example.test' } },
  ...{ directories: [{ kind: 'embedded', id: 'people', label: 'People' }], mail: { kind: 'capture', from: 'a@example.test' } },
});
const deps = {
  texts: createTexts({ folder: 'locales' }),
  clock: { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() },
  configuration: () => configuration,
};
const words = { notice: 'code', language: 'en', subject: 'From {{organisation}}', body: '{{what}}\n\n{{code}}' };

it.each(MAIL_KINDS)('shows %s in both languages with every variable filled in', (notice) => {
  const { all, blocks } = variablesOf(notice);
  const body = all.map((name) => `{{${name}}}`).join('\n\n');
  for (const language of ['en', 'de']) {
    const { problems, own, usual, variables } = previewMail(deps, { notice, language, subject: 'Hello', body });
    expect(problems).toEqual([]);
    expect(variables).toEqual(all);
    expect(own?.subject).toBe('Hello');
    expect(`${own?.text} ${usual?.text}`).not.toMatch(/\{\{|undefined/);
    if (blocks.includes('code')) expect(own?.text).toContain('\n12345678\n');
  }
});

it('tells everything that is wrong at once, beside the usual mail', () => {
  const shown = previewMail(deps, { ...words, subject: '', body: '{{cod}}' });
  expect(shown.own).toBeNull();
  expect(shown.usual?.subject).not.toBe('');
  expect(shown.problems.map(({ setting }) => setting)).toEqual(['subject']);
  expect(previewMail(deps, { ...words, body: '{{cod}}' }).problems.map(({ setting }) => setting)).toEqual(['body', 'body', 'body']);
});

it('takes a notice and a language that there are not as problems', () => {
  for (const wrong of [{ notice: 'constructor' }, { language: 'fr' }, { notice: '' }]) {
    const shown = previewMail(deps, { ...words, ...wrong });
    expect(shown).toMatchObject({ own: null, usual: null });
    expect(shown.problems).toHaveLength(1);
  }
});

it('is still shown where there is but a warning', () => {
  const { own, problems } = previewMail(deps, { ...words, body: `<b>Good day</b>\n\n${words.body}` });
  expect(problems).toMatchObject([{ setting: 'body', severity: 'warning' }]);
  expect(own?.text).toMatch(/^<b>Good day<\/b>\n\n/);
});
