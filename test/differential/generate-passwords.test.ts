import { describe, expect, it } from 'vitest';
import { judge } from '../../shared/password-rules/judge.ts';
import type { LengthUnit, PasswordRuleCode, PasswordRuleParams } from '../../shared/password-rules/password-rule.ts';
import { generatePasswords } from './generate-passwords.ts';

const recipe = {
  seed: 1,
  count: 200,
  minimumLength: 10,
  lengthUnit: 'utf16-units' as LengthUnit,
  names: ['diff-zoe', 'Zoé Archer-Møller'],
};
const passwords = generatePasswords(recipe);

/** How many passwords two versions of a rule judge differently: as many disagreements would show an oracle that has the wrong one. */
function told(code: PasswordRuleCode, right: PasswordRuleParams, wrong: PasswordRuleParams): number {
  const ok = (password: string, params: PasswordRuleParams): unknown =>
    judge(password, [{ code, params, source: 'directory', pure: true }])[0]?.ok;
  return passwords.filter((password) => ok(password, right) !== ok(password, wrong)).length;
}

describe('generated passwords', () => {
  it('are the same for the same seed, and no two are alike', () => {
    expect(generatePasswords(recipe)).toEqual(passwords);
    expect(new Set(passwords).size).toBe(200);
    expect(generatePasswords({ ...recipe, seed: 2 })).not.toEqual(passwords);
  });

  it('tell an oracle that is right from one that is nearly right', () => {
    const length = (minimum: number, unit: LengthUnit): PasswordRuleParams => ({ minimum, unit });
    const right = length(10, 'utf16-units');
    expect(told('password.too-short', right, length(9, 'utf16-units'))).toBeGreaterThanOrEqual(5);
    expect(told('password.too-short', right, length(11, 'utf16-units'))).toBeGreaterThanOrEqual(5);
    expect(told('password.too-short', right, length(10, 'code-points'))).toBeGreaterThanOrEqual(5);
    expect(told('password.too-short', right, length(10, 'octets'))).toBeGreaterThanOrEqual(5);
    const letters = (table: string): PasswordRuleParams => ({ required: 3, letters: table });
    expect(told('password.not-complex', letters('samba'), letters('unicode'))).toBeGreaterThanOrEqual(5);
    const names = (tokens: string): PasswordRuleParams => ({ tokens, ignoreCase: 'unicode' });
    expect(told('password.contains-name', names(''), names('diff-zoe\nZoé\nArcher\nMøller'))).toBeGreaterThanOrEqual(5);
  });
});
