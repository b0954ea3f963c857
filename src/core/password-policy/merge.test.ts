import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type LengthUnit,
  PASSWORD_RULE_CODES,
  type PasswordRule,
  type PasswordRuleCode,
  type PasswordRuleParams,
} from '../../../shared/password-rules/password-rule.ts';
import { evaluatePassword } from './evaluate.ts';
import { mergeRules } from './merge.ts';

const rule = (code: PasswordRuleCode, params: PasswordRuleParams): PasswordRule => ({ code, params, source: 'directory', pure: true });
const unit = fc.constantFrom<LengthUnit>('utf16-units', 'octets', 'code-points');
const amount = fc.integer({ min: 1, max: 14 });

const anyList = fc
  .record({
    'password.too-short': fc.option(fc.record({ minimum: amount, unit })),
    'password.too-long': fc.option(fc.record({ maximum: fc.integer({ min: 8, max: 40 }), unit })),
    'password.not-complex': fc.option(fc.record({ required: fc.constant(3), letters: fc.constantFrom('unicode', 'samba') })),
    'password.too-few-digits': fc.option(fc.record({ minimum: fc.integer({ min: 1, max: 3 }) })),
    'password.too-many-repeats': fc.option(fc.record({ maximum: fc.integer({ min: 1, max: 3 }) })),
    'password.contains-name': fc.option(
      fc.record({
        tokens: fc.uniqueArray(fc.constantFrom('aB', 'é1', 'ß'), { minLength: 1 }).map((tokens) => tokens.join('\n')),
        ignoreCase: fc.constantFrom('ascii', 'unicode'),
      }),
    ),
    'password.too-few-sets': fc.option(
      fc.record({
        required: fc.integer({ min: 1, max: 2 }),
        sets: fc.constantFrom('digit upper', 'letter special'),
        unlessLength: fc.constantFrom(8, 12),
      }),
    ),
    'password.sequence': fc.option(fc.record({ maximum: fc.integer({ min: 1, max: 3 }), layouts: fc.constantFrom('', 'qwerty') })),
    'password.disguised-name': fc.option(fc.record({ tokens: fc.constantFrom('ab\n12', '1a') })),
  })
  .map((made) =>
    Object.entries(made).flatMap(([code, params]) =>
      params === null ? [] : [rule(code as PasswordRuleCode, params as PasswordRuleParams)],
    ),
  );
const anyPassword = fc
  .array(fc.constantFrom('a', 'B', 'b', '1', '2', '!', 'é', 'É', 'ß', 'Ѐ', '日', '😀', '€'), { maxLength: 24 })
  .map((characters) => characters.join(''));

describe('mergeRules', () => {
  it('leaves one list as it is', () => {
    fc.assert(
      fc.property(anyList, (list) => {
        const inOrder = PASSWORD_RULE_CODES.flatMap((code) => list.filter((each) => each.code === code));
        expect(mergeRules([list])).toEqual(inOrder);
      }),
    );
  });

  it('shows each rule once', () => {
    fc.assert(
      fc.property(anyList, anyList, (one, other) => {
        const merged = mergeRules([one, other]);
        const codes = merged.map((each) => each.code);
        // Sets and keyboards that differ are different rules.
        const kinds = merged.map(({ code, params: { sets, layouts, unlessLength } }) =>
          JSON.stringify([code, sets, layouts, unlessLength]),
        );
        expect(new Set(kinds).size).toBe(kinds.length);
        expect(new Set(codes)).toEqual(new Set([...one, ...other].map((each) => each.code)));
      }),
    );
  });

  it('accepts nothing that one of the accounts would refuse', () => {
    fc.assert(
      fc.property(anyList, anyList, anyList, anyPassword, (one, two, three, password) => {
        const merged = evaluatePassword(password, mergeRules([one, two, three])).acceptable;
        const each = [one, two, three].every((list) => evaluatePassword(password, list).acceptable);
        expect(merged && !each).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('judges a rule of ours however uncertain the policy of a directory is', () => {
    const ours: PasswordRule = {
      code: 'password.too-short',
      params: { minimum: 12, unit: 'code-points' },
      source: 'organisation',
      pure: true,
    };
    const uncertain: PasswordRule = { ...ours, params: { minimum: 20, unit: 'code-points' }, source: 'server-only', pure: false };
    for (const lists of [
      [[ours], [uncertain]],
      [[uncertain], [ours]],
    ]) {
      expect(evaluatePassword('eleven-char', mergeRules(lists)).acceptable).toBe(false);
      expect(evaluatePassword('twelve-chars', mergeRules(lists)).acceptable).toBe(true);
    }
  });

  it('tells what may not be in force only where it asks for more than what is judged', () => {
    const of = (source: PasswordRule['source'], minimum: number): PasswordRule => ({
      code: 'password.too-short',
      params: { minimum, unit: 'code-points' },
      source,
      pure: source !== 'server-only',
    });
    for (const minimum of [11, 12]) {
      expect(mergeRules([[of('server-only', minimum)], [of('organisation', 12)]])).toEqual([of('organisation', 12)]);
    }
    expect(mergeRules([[of('server-only', 13)], [of('organisation', 12)]])).toEqual([of('server-only', 13), of('organisation', 12)]);
  });

  it('compares lengths across units', () => {
    const merge = (a: PasswordRuleParams, b: PasswordRuleParams, code: PasswordRuleCode) =>
      mergeRules([[rule(code, a)], [rule(code, b)]])[0]?.params;
    const points = (minimum: number) => ({ minimum, unit: 'code-points' });
    const octets = (minimum: number) => ({ minimum, unit: 'octets' });
    expect(merge(points(12), octets(10), 'password.too-short')).toEqual(points(12));
    expect(merge(octets(12), points(3), 'password.too-short')).toEqual(octets(12));
    expect(merge(octets(12), points(10), 'password.too-short')).toEqual(points(12));
    expect(merge({ maximum: 127, unit: 'utf16-units' }, { maximum: 1024, unit: 'octets' }, 'password.too-long')).toEqual({
      maximum: 127,
      unit: 'utf16-units',
    });
  });

  it('keeps the longer history and the later time', () => {
    const server = (code: PasswordRuleCode, params: PasswordRuleParams): PasswordRule => ({
      code,
      params,
      source: 'server-only',
      pure: false,
    });
    const merged = mergeRules([
      [server('password.in-history', { length: 5 }), server('password.too-young', { changeableAt: '2026-11-23T08:00:00.000Z' })],
      [server('password.in-history', { length: 24 }), server('password.too-young', { changeableAt: '2026-11-22T09:00:00.000Z' })],
    ]);
    expect(merged.map((each) => each.params)).toEqual([{ length: 24 }, { changeableAt: '2026-11-23T08:00:00.000Z' }]);
  });
});
