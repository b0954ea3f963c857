import { describe, expect, it } from 'vitest';
import { EMERGENCY_AUTHOR } from '../../../shared/emergency-author.ts';
import { REMOVABLE_KINDS } from '../../../shared/removable-kinds.ts';
import { createTexts } from '../../texts/create-texts.ts';
import { USABLE_FACTOR_KINDS } from '../factors/kinds.ts';
import { composeMail } from './compose-mail.ts';
import { MAIL_KINDS, type MailParameters } from './mail-parts.ts';

const texts = createTexts({ folder: 'locales' });
const everything: MailParameters = {
  setUp: 'link',
  code: '04711815',
  goal: 'unlock-account',
  action: 'reset-password',
  helper: 'Carol Agent',
  minutes: 10,
  account: 'alice',
  directory: 'Example AD',
  names: 'alice, alice.admin',
  factor: 'totp',
  happenedAt: '2026-11-22T07:05:00.000Z',
  endsAt: '2026-11-22T15:05:00.000Z',
  countsFrom: '2026-11-23T07:05:00.000Z',
  site: 'https://recover.example.test/me',
  link: 'https://recover.example.test/not-me#ab_C-9',
  organisation: 'Example, Inc.',
  contact: 'Call 0800 1234.',
};

describe.each(['en', 'de'])('in %s', (language) => {
  it.each(MAIL_KINDS)('%s says the same in text and HTML, with nothing left open and nothing loaded', (kind) => {
    const { subject, text, html } = composeMail(kind, language, everything, texts, 'UTC');
    expect(subject).not.toMatch(/mail\.|\{\{|04711815|alice/);
    expect(text).not.toMatch(/mail\.[a-z]|\{\{|undefined|<|&#/);
    expect(html).not.toMatch(/<img|<script|<link|@import|url\(|src=/i);
    const links = [...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1]);
    const linked = /^(password-|account-|recovery-attempted|factor-|helpdesk-link|invitation|vouch-|call-page)/.test(kind);
    expect(links).toEqual(linked ? ['https://recover.example.test/not-me#ab_C-9'] : []);
    const words = new DOMText(html).words();
    for (const line of text.split('\n').filter((entry) => entry !== '' && !entry.startsWith('https://'))) {
      expect(words).toContain(line.replace(/:$/, ''));
    }
  });
});

it.each([
  ['en', 'the emergency administration'],
  ['de', 'die Notfallverwaltung'],
])('names whoever acts in an emergency in the words of the mail, in %s', (language, words) => {
  const parameters = { ...everything, author: EMERGENCY_AUTHOR, other: EMERGENCY_AUTHOR, reason: 'calls' };
  for (const kind of ['threat-raised', 'threat-lifted', 'alarm-address-changed'] as const) {
    const { text } = composeMail(kind, language, parameters, texts, 'UTC');
    expect(text, kind).toContain(words);
    if (language === 'de') expect(text, kind).not.toContain(EMERGENCY_AUTHOR);
  }
  const { text } = composeMail('threat-lifted', language, { ...parameters, author: 'root' }, texts, 'UTC');
  expect(text).toContain('root');
  expect(text).toContain(words);
});

it.each(USABLE_FACTOR_KINDS)('a notice names a proof of kind %s in every language', (factor) => {
  for (const language of ['en', 'de']) {
    for (const kind of ['factor-added', 'factor-removed'] as const) {
      const { text } = composeMail(kind, language, { ...everything, factor }, texts, 'UTC');
      expect(text, `${language} ${kind}`).not.toMatch(/factor-|\{\{/);
      expect(text, `${language} ${kind}`).toContain('alice (Example AD)');
    }
  }
});

it.each(['en', 'de'])('a code that is read out says in %s what is removed, each kind in words', (language) => {
  const { text, html } = composeMail(
    'call-code',
    language,
    { ...everything, action: 'remove-proofs', kinds: REMOVABLE_KINDS.join(',') },
    texts,
    'UTC',
  );
  for (const kind of REMOVABLE_KINDS) {
    const words = texts.translate(language, `mail.kind.${kind}`);
    expect(words).not.toMatch(/mail\./);
    expect([text.includes(words), html.includes(words)], kind).toEqual([true, true]);
  }
  expect(text).not.toMatch(/\{\{|mail\.kind/);
});

/** The words of a small HTML document without its tags. */
class DOMText {
  readonly #html: string;
  constructor(html: string) {
    this.#html = html;
  }
  words(): string {
    return this.#html
      .replace(/<style>.*?<\/style>|<[^>]*>/g, '')
      .replace(/&#(\d+);/g, (_match, code: string) => String.fromCharCode(Number(code)));
  }
}

describe('a code', () => {
  it('stands alone on its line and names no link', () => {
    const { text } = composeMail('code', 'en', everything, texts, 'UTC');
    expect(text.split('\n')).toContain('04711815');
    expect(text).not.toMatch(/https?:/);
    expect(text).toMatch(/unlock your account/);
    expect(text).toMatch(/for 10 minutes/);
  });

  it('counts one minute as one', () => {
    expect(composeMail('code', 'de', { ...everything, minutes: 1 }, texts, 'UTC').text).toMatch(/1 Minute lang/);
  });
});

describe('a notice', () => {
  it('tells the time with its zone, the account and a link whose secret is in the fragment', () => {
    const { text } = composeMail('password-was-reset', 'en', everything, texts, 'UTC');
    expect(text).toContain('The password of alice (Example AD) was reset on November 22, 2026 at 07:05 (Coordinated Universal Time).');
    expect(text).toContain('\nhttps://recover.example.test/not-me#ab_C-9\n');
    expect(composeMail('password-was-reset', 'de', everything, texts, 'UTC').text).toContain(
      'am 22. November 2026 um 07:05 (Koordinierte Weltzeit) zurückgesetzt',
    );
  });

  it('tells it in the organisation’s zone, by summer time and winter time', () => {
    const at = (happenedAt: number, language: string) =>
      composeMail('password-was-reset', language, { ...everything, happenedAt }, texts, 'Europe/Berlin').text;
    expect(at(Date.UTC(2026, 10, 22, 23, 5), 'en')).toContain('on November 23, 2026 at 00:05 (Central European Standard Time).');
    expect(at(Date.UTC(2026, 6, 1, 12, 0), 'de')).toContain('am 1. Juli 2026 um 14:00 (Mitteleuropäische Sommerzeit) zurückgesetzt');
  });

  it('leaves out what it is not given', () => {
    const { text } = composeMail('password-was-reset', 'en', { account: 'alice', happenedAt: 0 }, texts, 'UTC');
    expect(text).toBe(
      'The password of alice was reset on January 1, 1970 at 00:00 (Coordinated Universal Time).\n\nIf that was you, there is nothing more to do.\n',
    );
  });
});

it('makes no link of anything but a web address', () => {
  const { html, text } = composeMail('password-was-reset', 'en', { ...everything, link: 'javascript:alert(1)' }, texts, 'UTC');
  expect(html + text).not.toContain('javascript:');
});

it('escapes what comes from directories and configuration', () => {
  const account = '<script>alert("1")</script>&\'{{code}}$t(mail.code.subject)';
  const { text, html } = composeMail(
    'password-was-reset',
    'en',
    { ...everything, account, link: 'https://x.test/"onclick="' },
    texts,
    'UTC',
  );
  expect(text).toContain(account);
  expect(html).not.toMatch(/<script|"onclick|alert\("/);
});
