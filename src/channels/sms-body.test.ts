import fc from 'fast-check';
import { expect, it } from 'vitest';
import { smsBody } from './sms-body.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '\n',
      '&',
      '=',
      '%',
      '+',
      '{{key}}',
      '{{text}}',
      '{{',
      '}}',
      '$&',
      '$1',
      '\u2028',
      '#',
      ';',
      '\0',
      'a',
    ),
  }),
);
const values = fc.record({ number: hostile, text: hostile, id: hostile, key: hostile });

it('keeps every value where it belongs in JSON, whatever it holds', () => {
  const json = {
    to: ['{{number}}', '{{digits}}'],
    'm"{{text}}': { body: '<{{text}}>', n: 7, none: null, on: true },
    id: '{{id}}',
    key: '{{key}}{{unknown}}',
  };
  fc.assert(
    fc.property(values, (given) => {
      const { type, body } = smsBody({ json }, given);
      expect(type).toBe('application/json');
      expect(JSON.parse(body)).toEqual({
        to: [given.number, given.number.replace(/^\+/, '')],
        'm"{{text}}': { body: `<${given.text}>`, n: 7, none: null, on: true },
        id: given.id,
        key: `${given.key}{{unknown}}`,
      });
    }),
    { numRuns: 500 },
  );
});

it('keeps every value in its own field of a form', () => {
  const form = { 'to&x': '{{number}}', text: 'a{{text}}{{text}}', key: '{{key}}' };
  // A form is in UTF-8, which has no lone surrogates.
  const whole = (text: string) => text.toWellFormed();
  fc.assert(
    fc.property(values, (given) => {
      const { type, body } = smsBody({ form }, given);
      expect(type).toBe('application/x-www-form-urlencoded');
      expect(body).toMatch(/^[\x21-\x7e]*$/);
      expect([...new URLSearchParams(body)]).toEqual([
        ['to&x', whole(given.number)],
        ['text', whole(`a${given.text}${given.text}`)],
        ['key', whole(given.key)],
      ]);
    }),
    { numRuns: 500 },
  );
});
