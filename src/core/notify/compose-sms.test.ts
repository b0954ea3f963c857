import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ASKING_GOALS } from '../../../shared/api/journeys.ts';
import { PERSON_PERMISSIONS } from '../../../shared/permissions.ts';
import { createTexts } from '../../texts/create-texts.ts';
import { composeCallText, composeCodeText } from './compose-sms.ts';
import { smsSegments } from './sms-length.ts';

const texts = createTexts({ folder: fileURLToPath(new URL('../../../locales', import.meta.url)) });
const about = { code: '12345678', goal: 'reset-password', organisation: 'Example IT', publicUrl: 'https://password.example.com/' };

describe('the text with a code', () => {
  it('ends in the line from which phones fill it in, for the host of the portal alone', () => {
    expect(composeCodeText('en', about, texts)).toBe(
      'Example IT: 12345678 is your code for a new password. Nobody who helps you will ask for it.\n\n@password.example.com #12345678',
    );
    expect(composeCodeText('en', { ...about, publicUrl: 'https://password.example.com:8443' }, texts)).toMatch(
      /\n@password\.example\.com #12345678$/,
    );
    // Phones look for it on https pages alone.
    expect(composeCodeText('en', { ...about, publicUrl: 'http://127.0.0.1:8080' }, texts)).not.toContain('@');
  });

  it.each(texts.languages.flatMap((language) => ASKING_GOALS.map((goal) => [language, goal] as const)))(
    'fits into one message in %s for %s',
    (language, goal) => {
      const long = { ...about, code: '1234567890', goal, publicUrl: 'https://passwort.rechenzentrum.example.com' };
      const text = composeCodeText(language, { ...long, organisation: 'Stadtwerke Örtlich 漢字 GmbH' }, texts);
      expect(text).toContain('1234567890');
      expect(text).not.toContain('sms.code');
      expect(smsSegments(text)).toBe(1);
      expect(composeCodeText(language, long, texts)).toMatch(/^Example IT: /);
    },
  );
});

describe('the text with a code to be read out', () => {
  it.each(texts.languages.flatMap((language) => PERSON_PERMISSIONS.map((action) => [language, action] as const)))(
    'names agent and act, warns, and fits into one message in %s for %s',
    (language, action) => {
      const call = { code: '1234567890', action, helper: 'Maximiliane von der Heide-Schmitz', organisation: 'Stadtwerke Oertlich GmbH' };
      const text = composeCallText(language, call, texts);
      expect(text).toContain('1234567890');
      expect(text).toContain('Maximiliane von der Hei');
      expect(text).toMatch(language === 'de' ? /Nie .* anruft/ : /Never .* called you/);
      expect(text).not.toMatch(/sms\.|@|#/);
      expect(smsSegments(text)).toBe(1);
    },
  );
});

describe('smsSegments', () => {
  it.each([
    ['a'.repeat(160), 1],
    ['a'.repeat(161), 2],
    ['ä'.repeat(160), 1],
    ['€'.repeat(80), 1],
    ['€'.repeat(81), 2],
    ['a'.repeat(306), 2],
    ['a'.repeat(307), 3],
    ['漢'.repeat(70), 1],
    ['漢'.repeat(71), 2],
    ['`', 1],
    ['', 1],
  ])('of %j', (text, segments) => {
    expect(smsSegments(text)).toBe(segments);
  });
});
