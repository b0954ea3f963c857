import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACTOR_KINDS, type FactorKind } from '../../../shared/api/journeys.ts';
import { nextKinds } from './completeness.ts';
import { type Weakness, weaknessesOf } from './weaknesses.ts';

const kinds = fc.uniqueArray(fc.constantFrom(...FACTOR_KINDS), { minLength: 1 });

describe('a combination', () => {
  it.each<[FactorKind[], Weakness[]]>([
    [['email', 'totp'], []],
    [['email', 'sms'], []],
    [['passkey'], []],
    [['passkey', 'questions'], []],
    [['passkey', 'totp'], []],
    [['email'], ['mail-alone', 'one-proof']],
    [['totp'], ['one-proof']],
    [['totp', 'recovery-code'], ['one-channel']],
    [['sms'], ['restricted-alone', 'one-proof']],
    [['sms', 'questions'], ['restricted-alone']],
    [
      ['questions', 'linked-account'],
      ['cannot-begin', 'knowledge-alone', 'one-channel'],
    ],
    [['questions'], ['cannot-begin', 'knowledge-alone', 'restricted-alone', 'one-proof']],
    [['manager', 'linked-account'], ['cannot-begin']],
  ])('of %j has the weaknesses %j', (combination, weaknesses) => {
    expect(weaknessesOf(combination)).toEqual(weaknesses);
  });

  it('cannot be given if, and only if, a walk that gives whatever is asked for gets nowhere', () => {
    fc.assert(
      fc.property(kinds, (combination) => {
        const proven: FactorKind[] = [];
        for (let next = nextKinds([combination], proven); next.length > 0; next = nextKinds([combination], proven)) {
          proven.push(next[0] as FactorKind);
        }
        expect(weaknessesOf(combination).includes('cannot-begin')).toBe(proven.length < combination.length);
      }),
    );
  });

  it('is weak whatever the order of its kinds, and not weaker for one kind more, but for having a channel in common', () => {
    fc.assert(
      fc.property(kinds, fc.constantFrom(...FACTOR_KINDS), (combination, more) => {
        expect(weaknessesOf(combination.toReversed())).toEqual(weaknessesOf(combination));
        const before = weaknessesOf(combination);
        const added = weaknessesOf([...combination, more]).filter((weakness) => !before.includes(weakness));
        expect(before.includes('one-proof') ? added.filter((weakness) => weakness !== 'one-channel') : added).toEqual([]);
      }),
    );
  });
});
