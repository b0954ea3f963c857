import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readPhoneNumber } from './phone-number.ts';

it.each([
  [' +49 151 12345678\n', ['DE', 'AT'], '+4915112345678'],
  ['+49 (0) 151 / 123-45678', ['DE', 'AT'], '+4915112345678'],
  ['0151 12345678', ['DE'], '+4915112345678'],
  ['0049 151 12345678', ['DE'], '+4915112345678'],
  ['+436641234567', ['DE', 'AT'], '+436641234567'],
  ['+1 201-555-0123', ['US'], '+12015550123'],
  ['+447400123456', ['GB'], '+447400123456'],
])('reads %j', (text, countries, number) => {
  expect(readPhoneNumber(text, countries)).toEqual({ number });
});

it.each([
  ['0151 12345678', 'DE', { number: '+4915112345678' }],
  ['0664 1234567', 'AT', { number: '+436641234567' }],
  ['+43 664 1234567', 'DE', { number: '+436641234567' }],
  ['0041 79 123 45 67', 'DE', { problem: 'its country is not in sms.countries: CH' }],
  ['112', 'DE', { problem: 'it is no telephone number' }],
])('reads %j, national numbers as those of %s', (text, region, result) => {
  expect(readPhoneNumber(text, ['DE', 'AT'], region)).toEqual(result);
});

it.each([
  ['0151 12345678', ['DE', 'AT'], 'it must begin with + and the country'],
  ['+436641234567', ['DE'], 'its country is not in sms.countries: AT'],
  // The prefix of the United States, in Jamaica.
  ['+18765551234', ['US'], 'its country is not in sms.countries: JM'],
  // That of Great Britain, in Guernsey.
  ['+447781123456', ['GB'], 'its country is not in sms.countries: GG'],
  ['+49 30 901820', ['DE'], 'it is no mobile number'],
  ['+49 900 1234567', ['DE'], 'it is no mobile number'],
  ['+49 800 1234567', ['DE'], 'it is no mobile number'],
  ['112', ['DE'], 'it is no telephone number'],
  ['+49 151', ['DE'], 'it is no telephone number'],
  ['call +4915112345678', ['DE'], 'it is no telephone number'],
  ['+4915112345678;ext=5', ['DE'], 'it is no telephone number'],
  ['', ['DE'], 'it is no telephone number'],
  ['+4915112345678', [], 'the configuration sends no texts (section sms)'],
])('takes no %j where texts go to %j', (text, countries, problem) => {
  expect(readPhoneNumber(text, countries)).toEqual({ problem });
});

it('gives E.164 or nothing, and reads what it gave as the same, whatever was typed', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789 +-()./'), maxLength: 24 });
  const typed = fc.oneof(
    fc.string({ unit: 'binary' }),
    digits,
    digits.map((rest) => `+49151${rest}`),
  );
  fc.assert(
    fc.property(typed, (text) => {
      const read = readPhoneNumber(text, ['DE']);
      if ('problem' in read) return;
      expect(read.number).toMatch(/^\+49\d{6,13}$/);
      expect(readPhoneNumber(read.number, ['DE', 'AT'])).toEqual(read);
    }),
    { numRuns: 2000 },
  );
});
