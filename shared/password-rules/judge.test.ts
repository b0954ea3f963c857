import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { characterKinds } from './character-kinds.ts';
import { judge, judgeRules } from './judge.ts';
import { greatestLength, leastLength, passwordLength } from './password-length.ts';
import {
  type LengthUnit,
  PASSWORD_RULE_CODES,
  type PasswordRule,
  type PasswordRuleCode,
  type PasswordRuleParams,
} from './password-rule.ts';

const rule = (code: PasswordRuleCode, params: PasswordRuleParams = {}): PasswordRule => ({ code, params, source: 'directory', pure: true });
const ok = (password: string, code: PasswordRuleCode, params: PasswordRuleParams = {}): unknown =>
  judge(password, [rule(code, params)])[0]?.ok;

/** Any text at all, halves of surrogate pairs and NUL included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
);
const anyUnit = fc.constantFrom<LengthUnit>('utf16-units', 'octets', 'code-points');
const anyRule: fc.Arbitrary<PasswordRule> = fc
  .record({
    code: fc.constantFrom(...PASSWORD_RULE_CODES),
    params: fc.dictionary(
      fc.constantFrom(
        'minimum',
        'maximum',
        'unit',
        'required',
        'letters',
        'tokens',
        'ignoreCase',
        'length',
        'sets',
        'layouts',
        'unlessLength',
      ),
      fc.oneof(fc.integer({ min: 0, max: 30 }), anyText, anyUnit, fc.boolean(), fc.constantFrom('digit upper', 'qwerty azerty')),
    ),
    source: fc.constantFrom('directory' as const, 'server-only' as const),
  })
  .map((made) => ({ ...made, pure: made.source === 'directory' }));

describe('length', () => {
  it('is counted in the unit of the directory', () => {
    expect(passwordLength('aé€😀', 'code-points')).toBe(4);
    expect(passwordLength('aé€😀', 'utf16-units')).toBe(5);
    expect(passwordLength('aé€😀', 'octets')).toBe(10);
  });

  it('takes exactly the minimum and exactly the maximum', () => {
    for (const unit of ['code-points', 'utf16-units', 'octets'] as const) {
      expect(ok('abcdefghi', 'password.too-short', { minimum: 10, unit })).toBe(false);
      expect(ok('abcdefghij', 'password.too-short', { minimum: 10, unit })).toBe(true);
      expect(ok('abcdefghij', 'password.too-long', { maximum: 10, unit })).toBe(true);
      expect(ok('abcdefghijk', 'password.too-long', { maximum: 10, unit })).toBe(false);
    }
  });

  it('is that of the composed form', () => {
    expect(ok('e\u0301', 'password.too-short', { minimum: 2, unit: 'code-points' })).toBe(false);
    expect(ok('e\u0301', 'password.too-long', { maximum: 1, unit: 'utf16-units' })).toBe(true);
  });

  it('never becomes too short by a further base character', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('a', 'Z', '7', '!', '日', '😀'), anyUnit, fc.nat(30), (password, more, unit, minimum) => {
        const before = ok(password, 'password.too-short', { minimum, unit });
        const after = ok(password + more, 'password.too-short', { minimum, unit });
        expect(before === true && after !== true).toBe(false);
      }),
    );
  });

  it('is bounded in one unit by the length in another', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), anyUnit, anyUnit, (text, unit, other) => {
        const length = passwordLength(text, unit);
        expect(passwordLength(text, other)).toBeGreaterThanOrEqual(leastLength(length, unit, other));
        expect(passwordLength(text, other)).toBeLessThanOrEqual(greatestLength(length, unit, other));
      }),
    );
  });
});

describe('complexity of Active Directory', () => {
  const complex = (password: string, letters: string): unknown => ok(password, 'password.not-complex', { required: 3, letters });

  it.each(['aB1', 'aB!', 'a1!', 'B1 -', 'aB日', 'a1ا', 'ÄöЯ1'])('accepts three kinds in %j', (password) => {
    expect(complex(password, 'unicode')).toBe(true);
  });

  it.each(['', 'ab1', 'AB12', 'a1 ', 'a1€', 'a1😀', 'a1\u0301\u0301', 'ä1é', 'a1٣', '日本語1'])(
    'refuses fewer than three kinds in %j',
    (password) => {
      expect(complex(password, 'unicode')).toBe(false);
    },
  );

  it('takes every printable ASCII character but letters, digits and the space for special', () => {
    for (let code = 0x20; code < 0x7f; code += 1) {
      const character = String.fromCharCode(code);
      expect(characterKinds(character, 'unicode').has('special')).toBe(/[^A-Za-z0-9 ]/.test(character));
      expect(characterKinds(character, 'samba')).toEqual(characterKinds(character, 'unicode'));
    }
  });

  it('counts like Samba where the directory is Samba', () => {
    expect([...characterKinds('Äя', 'samba')]).toEqual(['upper', 'lower']);
    for (const other of ['ß', 'µ', '€', '😀', '\u0301', 'ა', '日', '\u00a0'])
      expect([...characterKinds(other, 'samba')]).toEqual(['other-letter']);
    expect(complex('a1€', 'samba')).toBe(true);
    // Upper case to Unicode, without case to Samba: two kinds there.
    expect(complex('Ѐ日1', 'unicode')).toBe(true);
    expect(complex('Ѐ日1', 'samba')).toBe(false);
    expect(complex('Ѐ日1', 'both')).toBe(false);
    expect(complex('a1€', 'both')).toBe(false);
  });
});

describe('counts of 389 Directory Server', () => {
  it.each([
    ['password.too-few-digits', '1234٣', 4],
    ['password.too-few-letters', 'abCDé1', 4],
    ['password.too-few-uppercase', 'ABÄc', 2],
    ['password.too-few-lowercase', 'abäC', 2],
    ['password.too-few-specials', 'a! \u0001€', 3],
    ['password.too-few-non-ascii', 'aé日😀', 3],
    ['password.too-few-kinds', 'aA1!é', 5],
  ] as const)('%s counts %j', (code, password, amount) => {
    expect(ok(password, code, { minimum: amount })).toBe(true);
    expect(ok(password, code, { minimum: amount + 1 })).toBe(false);
  });

  it('finds the longest run of one character', () => {
    expect(ok('aabbb', 'password.too-many-repeats', { maximum: 3 })).toBe(true);
    expect(ok('aabbb', 'password.too-many-repeats', { maximum: 2 })).toBe(false);
    expect(ok('😀😀😀', 'password.too-many-repeats', { maximum: 2 })).toBe(false);
    expect(ok('aAaA', 'password.too-many-repeats', { maximum: 1 })).toBe(true);
  });
});

describe('names', () => {
  it('are found whatever the case, and whatever way an accent was typed', () => {
    const params = { tokens: 'archer\nzoé', ignoreCase: 'unicode' };
    expect(ok('xARCHERx', 'password.contains-name', params)).toBe(false);
    expect(ok('1ZOE\u0301!', 'password.contains-name', params)).toBe(false);
    // At the end of a name, a capital sigma has another small form than in the middle of a password.
    expect(ok('1\u039d\u0399\u039a\u039f\u03a3a', 'password.contains-name', { ...params, tokens: '\u039d\u0399\u039a\u039f\u03a3' })).toBe(
      false,
    );
    expect(ok('xarch-erx', 'password.contains-name', params)).toBe(true);
  });

  it('differ by the case of accented letters where the directory sees it so', () => {
    expect(ok('ZOÉ', 'password.contains-name', { tokens: 'zoé', ignoreCase: 'ascii' })).toBe(true);
    expect(ok('ZOé', 'password.contains-name', { tokens: 'zoé', ignoreCase: 'ascii' })).toBe(false);
  });
});

describe('passwords that would not work', () => {
  it.each([
    'a\0b',
    'a\tb',
    'a\nb',
    'a\u007fb',
    'a\u0085b',
    'a\ud800b',
    'a\udc00',
    'a\ufffdb',
    'a\u202eb',
    'a\u2066b',
    'a\u200bb',
    '\ufeffab',
    'a\u00adb',
    'a\ufdd0b',
    ' '.repeat(12),
    '\u00a0\u3000 ',
  ])('refuses %j', (password) => {
    expect(ok(password, 'password.unusable-characters')).toBe(false);
  });
  it.each(['a b', ' ä ', '日本語', '😀', 'a\u200db', 'a\u200cb', ' x '])('takes %j', (password) => {
    expect(ok(password, 'password.unusable-characters')).toBe(true);
  });
  it.each(['{SSHA}x', '{cleartext}hello', '{PBKDF2-SHA256}', '{x}y'])('refuses %j, which looks hashed', (password) => {
    expect(ok(password, 'password.looks-hashed')).toBe(false);
  });
  it.each(['{', '{}', '{a b}c', 'x{SSHA}', '{SSHA'])('takes %j', (password) => {
    expect(ok(password, 'password.looks-hashed')).toBe(true);
  });
});

describe('judge', () => {
  it('never throws and answers each rule in turn', () => {
    fc.assert(
      fc.property(anyText, fc.array(anyRule, { maxLength: 8 }), (password, rules) => {
        const verdicts = judge(password, rules);
        expect(verdicts.map((verdict) => verdict.code)).toEqual(rules.map((each) => each.code));
      }),
    );
  });

  it('says the same from the form that the browser gets', () => {
    fc.assert(
      fc.property(anyText, fc.array(anyRule, { maxLength: 8 }), (password, rules) => {
        const sent = JSON.parse(JSON.stringify(rules.map(({ code, params, source }) => ({ code, params, source, text: '…' }))));
        expect(judgeRules(password, sent)).toEqual(judge(password, rules));
      }),
    );
  });

  it('refuses no less with one rule more', () => {
    fc.assert(
      fc.property(anyText, fc.array(anyRule, { maxLength: 8 }), anyRule, (password, rules, more) => {
        const refused = (list: readonly PasswordRule[]): boolean => judge(password, list).some((verdict) => verdict.ok === false);
        expect(refused(rules) && !refused([...rules, more])).toBe(false);
      }),
    );
  });

  it('takes by passphrase mode what is long enough, and judges what is shorter as without it', () => {
    fc.assert(
      fc.property(anyText, anyRule, fc.integer({ min: 0, max: 40 }), (text, made, unlessLength) => {
        const { unlessLength: _mode, ...params } = made.params;
        const [without] = judge(text, [{ ...made, params }]);
        const [withMode] = judge(text, [{ ...made, params: { ...params, unlessLength } }]);
        const isLong = passwordLength(text.normalize('NFC'), 'code-points') >= unlessLength;
        expect(withMode?.ok).toBe(isLong && without?.ok !== 'server-decides' ? true : without?.ok);
      }),
    );
  });

  it('leaves to the server what it cannot know', () => {
    const unknown = { code: 'password.of-the-future', params: {}, source: 'organisation' as const };
    const history: PasswordRule = { code: 'password.in-history', params: { length: 24 }, source: 'server-only', pure: false };
    expect(judgeRules('anything', [unknown, history]).map((verdict) => verdict.ok)).toEqual(['server-decides', 'server-decides']);
    expect(judgeRules('anything', [{ ...unknown, code: 'constructor' }])[0]?.ok).toBe('server-decides');
  });
});
