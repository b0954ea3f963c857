import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTexts } from '../../texts/create-texts.ts';
import { composeMail } from './compose-mail.ts';
import { KEPT, MAIL_KINDS, type MailKind, type MailParameters, PARTS } from './mail-parts.ts';
import { type MailTemplate, problemsOfBody, problemsOfSubject, variablesOf } from './mail-template.ts';

const texts = createTexts({ folder: 'locales' });
const NOT_ME = 'https://recover.example.test/not-me#ab_C-9';
const everything: MailParameters = {
  ...{ code: '04711815', goal: 'unlock-account', action: 'reset-password', helper: 'grace', minutes: 10, account: 'alice' },
  ...{ directory: 'Example AD', names: 'alice, alice.admin', factor: 'totp', other: 'bob', author: 'root', reason: 'Phishing', count: 3 },
  ...{ happenedAt: 0, endsAt: 0, countsFrom: 0, askedAt: 0, address: '192.0.2.7', client: 'web', site: 'https://recover.example.test/me' },
  setUp: 'link',
  ...{ link: NOT_ME, organisation: 'Example, Inc.', contact: 'Call 0800 1234.' },
};
const compose = (kind: MailKind, template: MailTemplate | null, parameters = everything, language = 'en') =>
  composeMail(kind, language, parameters, texts, 'UTC', template);

/** The least that a body may say. */
const leastOf = (kind: MailKind) => ['{{what}}', ...variablesOf(kind).blocks.map((name) => `{{${name}}}`)].join('\n\n');

describe.each(MAIL_KINDS)('own words for %s', (kind) => {
  it('say what is asked for, and keep what people need for their safety', () => {
    expect(problemsOfBody(kind, leastOf(kind))).toEqual([]);
    for (const language of ['en', 'de']) {
      const ours = compose(kind, null, everything, language);
      const own = compose(kind, { subject: 'From {{organisation}}', body: `Good day.\n\n${leastOf(kind)}` }, everything, language);
      expect(own.subject).toBe('From Example, Inc.');
      expect(own.text).toMatch(/^Good day\.\n\n/);
      expect(own.text + own.html).not.toMatch(/\{\{|undefined/);
      // Every kept sentence, in the words of the product.
      const kept = PARTS[kind].filter((part, index) => index === 0 || typeof part === 'object' || KEPT.has(part));
      const lines = ours.text.split('\n\n').filter((line) => own.text.includes(line.trimEnd()));
      expect(lines.length).toBe(kept.length + 2);
      expect(own.text.includes(NOT_ME)).toBe(ours.text.includes(NOT_ME));
    }
  });

  it('are refused without what has to be in them, by name', () => {
    for (const name of ['what', ...variablesOf(kind).blocks]) {
      const without = leastOf(kind).replace(`{{${name}}}`, 'Hello.');
      expect(problemsOfBody(kind, without)).toEqual([expect.stringContaining(`{{${name}}}`)]);
    }
  });
});

it('a mail with something to type or to open keeps at least one sentence that says what must not be done with it', () => {
  const opens = MAIL_KINDS.filter((kind) => PARTS[kind].some((part) => typeof part === 'object'));
  expect(opens.length).toBeGreaterThan(10);
  expect(opens.filter((kind) => !PARTS[kind].some((part) => typeof part === 'string' && KEPT.has(part)))).toEqual([]);
});

it('what is kept is a sentence of a mail', () => {
  const sentences = new Set(MAIL_KINDS.flatMap((kind) => PARTS[kind]));
  expect([...KEPT].filter((sentence) => !sentences.has(sentence))).toEqual([]);
});

describe('a body', () => {
  it('names each broken variable with its place', () => {
    const body = 'Hello {{what}}\n\nIt was {{hapenedAt}}.\r\n\r\n {{link}} \n\nUntil {{ and {{}} }} {{code}}';
    expect(problemsOfBody('password-was-reset', body)).toEqual([
      expect.stringMatching(/^Line 3, column 8: there is no \{\{hapenedAt\}\} here; did you mean \{\{happenedAt\}\}\? There are: /),
      expect.stringMatching(/^Line 7, column 14: there is no \{\{\}\} here/),
      expect.stringMatching(/^Line 7, column 22: there is no \{\{code\}\} here/),
      expect.stringMatching(/^Line 7, column 7: \{\{ opens a variable that does not end/),
      expect.stringMatching(/^Line 7, column 19: \}\} ends a variable that was not opened/),
    ]);
  });

  it('has code and link alone, and once', () => {
    expect(problemsOfBody('code', '{{what}} {{code}}')).toEqual([
      expect.stringMatching(/^Line 1, column 10: \{\{code\}\} has to be a paragraph/),
    ]);
    expect(problemsOfBody('code', '{{what}}\n\n{{code}}\n\n{{code}}')).toEqual([expect.stringContaining('stands 2 times')]);
  });

  it('may tell what happened by all of its facts, where one sentence does', () => {
    expect(problemsOfBody('password-was-reset', '{{account}} at {{happenedAt}}\n\n{{link}}')).toEqual([]);
    expect(problemsOfBody('password-was-reset', '{{account}}\n\n{{link}}')).toEqual([
      'Nobody would learn what happened: name {{what}}, the sentence of Keyturn, or all of {{account}}, {{happenedAt}}',
    ]);
    // Which proof it was, no variable says.
    expect(problemsOfBody('factor-added', '{{account}} at {{happenedAt}}\n\n{{link}}')).toHaveLength(1);
  });
});

it.each(['{{code}}', '{{account}}', 'Your {{what}}', '{{ organisation'])('takes no subject %s', (subject) => {
  expect(problemsOfSubject(subject)).not.toEqual([]);
});

describe('a mail in own words', () => {
  const template = { subject: 'Reset', body: 'For {{account}}, {{happenedAt}}:\nsee below.\n\n{{link}}' };

  it('is in the words of the product where a value is not given', () => {
    const { happenedAt: _, ...without } = everything;
    expect(compose('password-was-reset', template, without)).toEqual(compose('password-was-reset', null, without));
  });

  it('leaves out a link that is not given or no web address', () => {
    const { text, html } = compose('password-was-reset', template, { ...everything, link: 'javascript:alert(1)' });
    expect(text).toMatch(/^For alice/);
    expect(text + html).not.toMatch(/javascript:|not me/);
  });

  it('breaks lines where they are broken', () => {
    expect(compose('password-was-reset', template).html).toMatch(/\(Coordinated Universal Time\):<br>see below\./);
  });

  it('lets nothing that was written or chosen become HTML or another variable', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (account, words) => {
        const body = `<b onclick="x">${words.replace(/[{}]/g, '')}</b> {{account}} {{happenedAt}}\n\n{{link}}`;
        const { html } = compose('password-was-reset', { subject: '<i>', body }, { ...everything, account: `<u>{{code}}${account}` });
        expect(html).not.toMatch(/<(b|i|u)\b(?!r)|04711815/);
      }),
    );
  });
});
