import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACTOR_KINDS } from '../../../shared/api/journeys.ts';
import { distinctCombinations, enoughForBoth, expandChoice } from './combinations.ts';
import { isProofComplete } from './completeness.ts';

const kinds = fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS));
const combinations = fc.array(fc.array(fc.constantFrom(...FACTOR_KINDS), { minLength: 1, maxLength: 4 }), { maxLength: 4 });

describe('a choice', () => {
  it('is met by whoever gives what is enforced and so many more, and by nobody else', () => {
    fc.assert(
      fc.property(kinds, kinds, fc.integer({ min: 1, max: 4 }), kinds, (enforced, anyOf, count, proven) => {
        const more = anyOf.filter((kind) => !enforced.includes(kind));
        const chosen = more.filter((kind) => proven.includes(kind));
        const met = enforced.every((kind) => proven.includes(kind)) && chosen.length >= count;
        expect(isProofComplete(expandChoice({ enforced, anyOf, count }), proven)).toBe(met);
      }),
    );
  });

  it('stands for each combination once, in the order in which it is written', () => {
    expect(expandChoice({ enforced: ['email'], anyOf: ['totp', 'sms', 'passkey', 'sms'], count: 2 })).toEqual([
      ['email', 'totp', 'sms'],
      ['email', 'totp', 'passkey'],
      ['email', 'sms', 'passkey'],
    ]);
    expect(expandChoice({ enforced: [], anyOf: ['totp', 'sms'], count: 1 })).toEqual([['totp'], ['sms']]);
    expect(expandChoice({ enforced: ['email'], anyOf: ['totp'], count: 2 })).toEqual([]);
  });
});

it('what is enough for both is what completes each of them, and asks for no more than that', () => {
  fc.assert(
    fc.property(combinations, combinations, kinds, (one, other, proven) => {
      const both = enoughForBoth(one, other);
      expect(isProofComplete(both, proven)).toBe(isProofComplete(one, proven) && isProofComplete(other, proven));
      for (const least of both) {
        for (const kind of least) {
          const fewer = least.filter((one) => one !== kind);
          expect(isProofComplete(one, fewer) && isProofComplete(other, fewer)).toBe(false);
        }
      }
    }),
  );
});

it('combinations that say the same are one', () => {
  expect(distinctCombinations([['email', 'totp'], ['totp', 'email', 'totp'], ['totp']])).toEqual([['email', 'totp'], ['totp']]);
});
