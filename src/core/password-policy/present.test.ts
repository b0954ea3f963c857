import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PASSWORD_RULE_CODES, type PasswordRule } from '../../../shared/password-rules/password-rule.ts';
import { createTexts } from '../../texts/create-texts.ts';
import { evaluatePassword } from './evaluate.ts';
import { presentRules, presentVerdicts } from './present.ts';
import { presentRefusal } from './present-refusal.ts';

const texts = createTexts({ folder: 'locales' });
const rules: PasswordRule[] = [
  { code: 'password.too-short', params: { minimum: 12, unit: 'code-points' }, source: 'directory', pure: true },
  { code: 'password.too-long', params: { maximum: 256, unit: 'code-points' }, source: 'directory', pure: true },
  { code: 'password.too-few-digits', params: { minimum: 1 }, source: 'directory', pure: true },
  { code: 'password.in-history', params: { length: 24 }, source: 'server-only', pure: false },
  { code: 'password.too-young', params: { changeableAt: '2026-11-23T08:12:00.000Z' }, source: 'server-only', pure: false },
  { code: 'password.unusable-characters', params: {}, source: 'organisation', pure: true },
];

describe('presentRules', () => {
  it('says each rule in the language, with its number', () => {
    const sentences = presentRules(rules, texts, 'en', 'Europe/Berlin').map((rule) => rule.text);
    expect(sentences.slice(0, 3)).toEqual(['At least 12 characters', 'At least 1 digit', 'Not one of your last 24 passwords']);
    expect(sentences[3]).toMatch(/^You can choose a new password again from Monday.*09:12/);
    expect(
      presentRules(rules, texts, 'de', 'UTC')
        .map((rule) => rule.text)
        .slice(0, 2),
    ).toEqual(['Mindestens 12 Zeichen', 'Mindestens 1 Ziffer']);
  });

  it('leaves out what hardly anybody meets, and keeps a short longest length', () => {
    const codes = (maximum: number) =>
      presentRules(
        [{ code: 'password.too-long', params: { maximum, unit: 'octets' }, source: 'directory', pure: true }],
        texts,
        'en',
        'UTC',
      );
    expect(presentRules(rules, texts, 'en', 'UTC').map((rule) => rule.code)).not.toContain('password.too-long');
    expect(codes(64)).toEqual([]);
    expect(codes(20)[0]?.text).toMatch(/^At most 20 characters;/);
  });
});

describe('presentVerdicts', () => {
  it('says what is wrong, and shows a silent rule once it is broken', () => {
    const { verdicts } = evaluatePassword('sh\tort', rules);
    expect(
      presentVerdicts(verdicts, texts, 'en', 'UTC')
        .map(({ code, ok, text }) => [code, ok, text])
        .slice(0, 2),
    ).toEqual([
      ['password.too-short', false, 'This password is too short.'],
      ['password.too-few-digits', false, 'This password needs more digits.'],
    ]);
    const silent = presentVerdicts(verdicts, texts, 'en', 'UTC').find((verdict) => verdict.code === 'password.unusable-characters');
    expect(silent).toMatchObject({ ok: false, text: expect.stringContaining('invisible') });
    expect(presentVerdicts(evaluatePassword('long enough 1', rules).verdicts, texts, 'en', 'UTC').map((verdict) => verdict.ok)).toEqual([
      true,
      true,
      'server-decides',
      'server-decides',
    ]);
  });
});

describe('texts', () => {
  const refusals = [
    'password.in-history',
    'password.too-short',
    'password.too-long',
    'password.not-complex',
    'password.too-young',
    'password.same-as-current',
    'password.quality',
    'password.refused',
    'password.old-wrong',
    'password.account-locked',
    'password.account-disabled',
    'password.change-not-allowed',
    'account.no-right',
    'account.missing',
  ] as const;
  const load = (language: string): Record<string, string> =>
    JSON.parse(readFileSync(new URL(`../../../locales/${language}/password.json`, import.meta.url), 'utf8'));

  it.each(['en', 'de'])('are there for every rule and refusal in %s', (language) => {
    for (const refusal of refusals) expect(presentRefusal(refusal, texts, language)).toMatch(/^[A-ZÄÖÜ].* .*\.$/);
    for (const code of PASSWORD_RULE_CODES) {
      const broken = presentVerdicts([{ code, params: { minimum: 2 }, ok: false }], texts, language, 'UTC')[0]?.text;
      expect(broken).toMatch(/^[A-ZÄÖÜ].* .*\.$/);
      const shown = presentVerdicts([{ code, params: { maximum: 2 }, ok: true }], texts, language, 'UTC');
      for (const { text } of shown) expect(text).not.toContain('password.');
    }
  });

  it('have the same keys and parameters in both languages', () => {
    const parameters = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(([found]) => found).sort();
    const [en, de] = [load('en'), load('de')];
    expect(Object.keys(de)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(en)) expect(parameters(de[key] ?? '')).toEqual(parameters(text));
  });
});
