import { describe, expect, it } from 'vitest';
import { createReport } from './check-context.ts';
import { checkNotices } from './check-notices.ts';
import type { Configuration } from './document.ts';
import { noticesSchema, ownWordsOf } from './notices-section.ts';

const good = { notice: 'password-was-reset', language: 'en', subject: 'Your password', body: '{{what}}\n\n{{link}}' };
const problemsOf = (...mails: unknown[]) => problemsIn({ mails });
const problemsIn = (notices: unknown) => {
  const { problems, report } = createReport();
  checkNotices(noticesSchema.parse(notices), ['school', 'authority'], report);
  return problems.map(({ path, message, severity }) => `${severity} ${path}: ${message}`);
};

describe('own words for mails', () => {
  it('are taken when nothing is missing', () => {
    expect(problemsOf(good, { ...good, language: 'de' })).toEqual([]);
  });

  it('are refused with every problem at its place', () => {
    expect(problemsOf(good, { ...good, subject: '{{code}}', body: 'Hello' })).toEqual([
      expect.stringMatching(/^error notices\.mails\[1\]: Another entry has the words of password-was-reset/),
      expect.stringMatching(/^error notices\.mails\[1\]\.subject: Line 1, column 1: there is no \{\{code\}\} here/),
      expect.stringMatching(/^error notices\.mails\[1\]\.body: \{\{link\}\} is missing/),
      expect.stringMatching(/^error notices\.mails\[1\]\.body: Nobody would learn what happened/),
    ]);
  });

  it('may be for one directory that there is, once', () => {
    expect(problemsOf(good, { ...good, directory: 'school' }, { ...good, directory: 'authority' })).toEqual([]);
    expect(problemsOf({ ...good, directory: 'school' }, { ...good, directory: 'school' }, { ...good, directory: 'scool' })).toEqual([
      expect.stringMatching(
        /^error notices\.mails\[1\]: Another entry has the words of password-was-reset for school in this language already/,
      ),
      'error notices.mails[2].directory: There is no directory scool; did you mean school?',
    ]);
  });

  it('come with a warning when they look like HTML', () => {
    expect(problemsOf({ ...good, body: `<p>${good.body}</p>` }).join()).toMatch(/warning notices\.mails\[0\]\.body: Mails are plain text/);
    expect(problemsOf({ ...good, subject: 'R&D: 3 < 4' })).toEqual([]);
  });

  it('come with a warning when a mail with a code names a web address', () => {
    const code = { ...good, notice: 'code', body: '{{what}}\n\n{{code}}\n\nSee www.example.test' };
    expect(problemsOf(code)).toEqual([
      expect.stringMatching(/^warning notices\.mails\[0\]\.body: A mail with a code should name no web address/),
    ]);
    expect(problemsOf({ ...good, body: `${good.body}\n\nhttps://example.test` })).toEqual([]);
  });

  it.each([
    { subject: 'Two\nlines' },
    { subject: 'Bcc\r\nBcc: bob@example.test' },
    { subject: '' },
    { body: 'null \0' },
    { body: 'x'.repeat(4001) },
    { notice: 'password-reset' },
    { language: 'fr' },
    { html: '<p>' },
  ])('are none with %j', (part) => {
    expect(noticesSchema.safeParse({ mails: [{ ...good, ...part }] }).success).toBe(false);
  });

  it('judges a long text at once', () => {
    expect(noticesSchema.safeParse({ mails: [{ ...good, body: `${'\n'.repeat(3999)}\0` }] }).success).toBe(false);
  });
});

describe('own words for text messages', () => {
  const text = { notice: 'code', language: 'en', text: '{{organisation}}: {{code}} for {{purpose}}.' };

  it('are judged as those of mails are, each at its place', () => {
    expect(problemsIn({ texts: [text, { ...text, directory: 'school' }] })).toEqual([]);
    expect(problemsIn({ texts: [text, { ...text, text: 'Your parcel {{code}}, see www.example.test' }] })).toEqual([
      expect.stringMatching(/^error notices\.texts\[1\]: Another entry has the words of code in this language already/),
      expect.stringMatching(/^error notices\.texts\[1\]\.text: Nobody would learn what the code opens/),
      expect.stringMatching(/^warning notices\.texts\[1\]\.text: A text with a code should name no web address/),
    ]);
  });

  it.each([{ text: 'two\n@evil.example #{{code}}' }, { text: '' }, { text: 'x'.repeat(301) }, { notice: 'call-code' }, { subject: 'x' }])(
    'are none with %j',
    (part) => expect(noticesSchema.safeParse({ texts: [{ ...text, ...part }] }).success).toBe(false),
  );
});

describe('the words that are taken', () => {
  const words = (part: object) => ({ ...good, ...part }) as never;
  const configuration = (mails: unknown[]) => ({ notices: noticesSchema.parse({ mails }) }) as Configuration;
  const bodyFor = (mails: unknown[], directory: string | null, language = 'en') =>
    ownWordsOf(configuration(mails), { notice: 'password-was-reset', language, directory })?.subject ?? null;

  it('are those for the directory, then those for everybody, then those of the product', () => {
    const mails = [words({ subject: 'all' }), words({ subject: 'school', directory: 'school' })];
    expect(bodyFor(mails, 'school')).toBe('school');
    expect(bodyFor(mails, 'authority')).toBe('all');
    expect(bodyFor(mails, null)).toBe('all');
    expect(bodyFor(mails, 'school', 'de')).toBeNull();
    expect(bodyFor(mails.slice(1), 'authority')).toBeNull();
    expect(bodyFor(mails.slice(1), null)).toBeNull();
  });
});
