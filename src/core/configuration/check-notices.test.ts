import { describe, expect, it } from 'vitest';
import { createReport } from './check-context.ts';
import { checkNotices } from './check-notices.ts';
import { noticesSchema } from './notices-section.ts';

const good = { notice: 'password-was-reset', language: 'en', subject: 'Your password', body: '{{what}}\n\n{{link}}' };
const problemsOf = (...mails: unknown[]) => {
  const { problems, report } = createReport();
  checkNotices(noticesSchema.parse({ mails }), report);
  return problems.map(({ path, message, severity }) => `${severity} ${path}: ${message}`);
};

describe('own words for mails', () => {
  it('are taken when nothing is missing', () => {
    expect(problemsOf(good, { ...good, language: 'de' })).toEqual([]);
  });

  it('are refused with every problem at its place', () => {
    expect(problemsOf(good, { ...good, subject: '{{code}}', body: 'Hello' })).toEqual([
      expect.stringMatching(/^error notices\.mails\[1\]: notices\.mails\[0\] has the words of password-was-reset/),
      expect.stringMatching(/^error notices\.mails\[1\]\.subject: Line 1, column 1: there is no \{\{code\}\} here/),
      expect.stringMatching(/^error notices\.mails\[1\]\.body: \{\{link\}\} is missing/),
      expect.stringMatching(/^error notices\.mails\[1\]\.body: Nobody would learn what happened/),
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
