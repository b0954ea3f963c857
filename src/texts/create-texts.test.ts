import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTexts, type TextOverrides } from './create-texts.ts';

let folder: string;

function write(language: string, file: string, content: unknown): void {
  mkdirSync(join(folder, language), { recursive: true });
  writeFileSync(join(folder, language, file), typeof content === 'string' ? content : JSON.stringify(content));
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-texts-'));
  write('en', 'password.json', {
    'too-short': 'Use at least {{minimum}} characters',
    count_one: '{{count}} account',
    count_other: '{{count}} accounts',
    'only-english': 'Only here',
  });
  write('en', 'errors.json', { 'journey.expired': 'This took too long' });
  write('de', 'password.json', {
    'too-short': 'Mindestens {{minimum}} Zeichen',
    count_one: '{{count}} Konto',
    count_other: '{{count}} Konten',
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('createTexts', () => {
  it('translates by file and key, with parameters', () => {
    const texts = createTexts({ folder });
    expect(texts.languages).toEqual(['en', 'de']);
    expect(texts.translate('en', 'password.too-short', { minimum: 12 })).toBe('Use at least 12 characters');
    expect(texts.translate('de-AT', 'password.too-short', { minimum: 12 })).toBe('Mindestens 12 Zeichen');
  });

  it('knows keys that hold dots', () => {
    expect(createTexts({ folder }).translate('en', 'errors.journey.expired')).toBe('This took too long');
  });

  it('chooses the plural form by count', () => {
    const texts = createTexts({ folder });
    expect(texts.translate('de', 'password.count', { count: 1 })).toBe('1 Konto');
    expect(texts.translate('de', 'password.count', { count: 3 })).toBe('3 Konten');
  });

  it('leaves parameters as they are: plain text is not HTML, and a value is not a template', () => {
    const texts = createTexts({ folder });
    expect(texts.translate('en', 'password.too-short', { minimum: '<b>&"$1' })).toBe('Use at least <b>&"$1 characters');
    expect(texts.translate('en', 'password.too-short', { minimum: '{{minimum}}$t(only-english)' })).not.toContain('Only here');
  });

  it('falls back to the default language, then to the key', () => {
    const texts = createTexts({ folder });
    expect(texts.translate('de', 'password.only-english')).toBe('Only here');
    expect(texts.translate('nl', 'errors.journey.expired')).toBe('This took too long');
    expect(texts.translate('de', 'password.unheard-of')).toBe('password.unheard-of');
    expect(texts.translate('de', 'nothing')).toBe('nothing');
  });

  it("prefers the organisation's own words, as they are at that moment", () => {
    let own: TextOverrides = {};
    const texts = createTexts({ folder, overrides: () => own });
    expect(texts.translate('de', 'password.too-short', { minimum: 8 })).toBe('Mindestens 8 Zeichen');
    own = { de: { 'password.too-short': 'Bei uns: {{minimum}} Zeichen & mehr' } };
    expect(texts.translate('de', 'password.too-short', { minimum: 8 })).toBe('Bei uns: 8 Zeichen & mehr');
    expect(texts.translate('en', 'password.too-short', { minimum: 8 })).toBe('Use at least 8 characters');
  });

  it('names the file that cannot be used', () => {
    write('de', 'mail.json', '{ "a": ');
    expect(() => createTexts({ folder })).toThrow(/mail\.json/);
    write('de', 'mail.json', { nested: { a: 'b' } });
    expect(() => createTexts({ folder })).toThrow(/not a flat object/);
    write('de', 'mail.json', {});
    expect(() => createTexts({ folder, defaultLanguage: 'fr' })).toThrow(/defaultLanguage=fr/);
  });

  it('loads the texts of the product', () => {
    const texts = createTexts({ folder: 'locales' });
    expect(texts.languages).toEqual(expect.arrayContaining(['en', 'de']));
    expect(texts.translate('de', 'portal.action.continue')).toBe('Weiter');
  });
});
