import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ASKING_GOALS } from '../../../shared/api/journeys.ts';
import { PERSON_PERMISSIONS } from '../../../shared/permissions.ts';
import { REMOVABLE_KINDS } from '../../../shared/removable-kinds.ts';
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

  it('may be in other words, with what keeps people from being tricked and the last line after them', () => {
    expect(composeCodeText('en', about, texts, 'Room 104: {{code}} ({{purpose}}, {{organisation}}).')).toBe(
      'Room 104: 12345678 (a new password, Example IT). Nobody who helps you will ask for it.\n\n@password.example.com #12345678',
    );
    expect(composeCodeText('de', { ...about, goal: 'confirm-call' }, texts, '{{what}}')).toMatch(
      /^12345678 ist Ihr Code, um einen Anruf zu bestätigen\. Am Telefon fragt niemand danach\.\n\n@/,
    );
  });

  it.each(texts.languages.flatMap((language) => ASKING_GOALS.map((goal) => [language, goal] as const)))(
    'says what the code opens in %s for %s, whatever the words',
    (language, goal) => {
      const text = composeCodeText(language, { ...about, goal }, texts, '{{code}}: {{purpose}}');
      expect(text).not.toMatch(/sms\.|\{\{/);
      expect(text.length).toBeGreaterThan('12345678: '.length + 40);
    },
  );

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
  const call = { code: '1234567890', action: 'remove-proofs', helper: 'Maximiliane von der Heide-Schmitz', organisation: 'Stadtwerke' };

  it.each(texts.languages.flatMap((language) => REMOVABLE_KINDS.map((kind) => [language, kind] as const)))(
    'names what is removed in %s: %s, in one message',
    (language, kind) => {
      const text = composeCallText(language, { ...call, kinds: kind }, texts);
      expect(text).toContain(texts.translate(language, `sms.kind.${kind}`));
      expect(text).not.toMatch(/sms\.|\{\{/);
      expect(smsSegments(text)).toBe(1);
    },
  );

  it.each(texts.languages)('leaves out nothing of all that is removed in %s, in two messages at most', (language) => {
    const text = composeCallText(language, { ...call, kinds: REMOVABLE_KINDS.join(',') }, texts);
    for (const kind of REMOVABLE_KINDS) expect(text).toContain(texts.translate(language, `sms.kind.${kind}`));
    expect(text).toMatch(language === 'de' ? /Nie .* anruft/ : /Never .* called you/);
    expect(smsSegments(text)).toBe(2);
  });

  it.each(texts.languages.flatMap((language) => PERSON_PERMISSIONS.map((action) => [language, action] as const)))(
    'names agent and act, warns, and fits into one message in %s for %s',
    (language, action) => {
      const organisation = 'Stadtwerke Oertlich GmbH';
      const removed = action === 'remove-proofs' ? { kinds: 'totp' } : {};
      const text = composeCallText(language, { ...call, action, organisation, ...removed }, texts);
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
