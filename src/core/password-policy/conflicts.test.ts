import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passwordLength } from '../../../shared/password-rules/password-length.ts';
import { passwordRulesSchema } from '../configuration/password-rules-section.ts';
import type { PasswordPolicy } from '../ports/password-policy.ts';
import { findConflicts } from './conflicts.ts';

const policy: PasswordPolicy = {
  name: 'Default domain policy',
  minimumLength: 8,
  maximumLength: null,
  lengthUnit: 'utf16-units',
  complexity: 'none',
  nameTokensChecked: false,
  categories: null,
  minimumAge: 0,
  maximumAge: null,
  historyLength: 0,
  historyOnReset: 'not-enforced',
  minimumAgeOnReset: 'not-enforced',
  lockoutThreshold: 0,
  lockoutDuration: null,
  failuresForgottenAfter: null,
};
const categories = {
  digits: 1,
  letters: 0,
  uppercase: 0,
  lowercase: 0,
  specials: 0,
  eightBit: 0,
  maximumRepeats: 2,
  minimumCategories: 3,
  tokenLength: 0,
};
const found = (settings: unknown, change: Partial<PasswordPolicy> = {}) =>
  findConflicts(passwordRulesSchema.parse(settings), { ...policy, ...change }).map(
    ({ kind, setting }) => `${kind} ${setting.replace('passwordRules.', '')}`,
  );

describe('conflicts', () => {
  it.each([
    [{}, {}, []],
    [{ minimumLength: 12 }, {}, []],
    [{ minimumLength: 8 }, { lengthUnit: 'code-points' }, ['idle minimumLength']],
    [{ minimumLength: 7 }, { lengthUnit: 'code-points' }, ['idle minimumLength']],
    // Eight units may be four emoji, so a minimum of seven characters is still felt.
    [{ minimumLength: 7 }, {}, []],
    [{ minimumLength: 4 }, {}, ['idle minimumLength']],
    [{ maximumLength: 7 }, { lengthUnit: 'code-points' }, ['impossible maximumLength']],
    [{ maximumLength: 3 }, {}, ['impossible maximumLength']],
    [{ maximumLength: 4 }, {}, []],
    [{ minimumLength: 20 }, { maximumLength: 16, lengthUnit: 'octets' }, ['impossible minimumLength']],
    [{ minimumLength: 16 }, { maximumLength: 16, lengthUnit: 'octets' }, []],
    [{ maximumLength: 64 }, { maximumLength: 64, lengthUnit: 'octets' }, ['idle maximumLength']],
    [{ maximumLength: 63 }, { maximumLength: 64, lengthUnit: 'code-points' }, []],
    [{ characterSets: { required: 3 }, passphraseLength: 20 }, {}, []],
    [
      { characterSets: { required: 3 }, passphraseLength: 20 },
      { complexity: 'active-directory' },
      ['harder passphraseLength', 'harder characterSets'],
    ],
    [{ characterSets: { required: 3 } }, { complexity: 'categories', categories }, ['harder characterSets']],
    [{ maximumRepeats: 2 }, { complexity: 'categories', categories }, ['idle maximumRepeats']],
    [{ maximumRepeats: 1 }, { complexity: 'categories', categories }, []],
    [{ maximumRepeats: 2 }, { complexity: 'categories', categories: { ...categories, maximumRepeats: 0 } }, []],
  ] as const)('of %j with %j', (settings, change, expected) => {
    expect(found(settings, change)).toEqual(expected);
  });

  it('say that no password is taken only where that is so', () => {
    const number = fc.integer({ min: 1, max: 20 });
    const unit = fc.constantFrom('utf16-units' as const, 'octets' as const, 'code-points' as const);
    fc.assert(
      fc.property(
        number,
        number,
        number,
        number,
        unit,
        fc.string({ unit: 'binary', maxLength: 20 }),
        (ours, more, least, most, lengthUnit, password) => {
          const settings = { minimumLength: Math.min(ours, more), maximumLength: Math.max(ours, more) };
          const theirs = { minimumLength: Math.min(least, most), maximumLength: Math.max(least, most), lengthUnit };
          const [points, theirLength] = [passwordLength(password, 'code-points'), passwordLength(password, lengthUnit)];
          const meetsOurs = points >= settings.minimumLength && points <= settings.maximumLength;
          const meetsTheirs = theirLength >= theirs.minimumLength && theirLength <= theirs.maximumLength;
          const conflicts = found(settings, theirs);
          if (meetsOurs && meetsTheirs) expect(conflicts.join()).not.toContain('impossible');
          if (meetsTheirs && points < settings.minimumLength) expect(conflicts).not.toContain('idle minimumLength');
          if (meetsTheirs && points > settings.maximumLength) expect(conflicts).not.toContain('idle maximumLength');
        },
      ),
      { numRuns: 1000 },
    );
  });
});
