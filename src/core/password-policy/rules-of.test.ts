import { describe, expect, it } from 'vitest';
import type { Account, AccountStatus } from '../ports/directory.ts';
import type { PasswordPolicy } from '../ports/password-policy.ts';
import { evaluatePassword } from './evaluate.ts';
import { rulesOf } from './rules-of.ts';

const account: Account = {
  directory: 'main',
  id: '1',
  login: 'zoe',
  principalName: null,
  displayName: 'Archer-Møller, Zoé (IT)',
  givenName: 'Zoé',
  surname: 'Archer-Møller',
  mail: ['zoe.archer@example.test'],
  contacts: { email: [], sms: [] },
  mobile: [],
  employeeNumber: null,
  location: '',
  privileged: false,
  language: null,
};
const status: AccountStatus = {
  locked: false,
  lockedUntil: null,
  disabled: false,
  accountExpired: false,
  passwordSignIn: true,
  passwordExpired: false,
  mustChange: false,
  passwordExpiresAt: null,
  passwordSetAt: null,
  badAttempts: null,
  lastBadAttemptAt: null,
  changeableAt: null,
};
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
  uppercase: 2,
  lowercase: 0,
  specials: 0,
  eightBit: 0,
  maximumRepeats: 0,
  minimumCategories: 3,
  tokenLength: 4,
};
const rules = (change: Partial<PasswordPolicy>, statusChange: Partial<AccountStatus> = {}) =>
  rulesOf({ ...policy, ...change }, account, { ...status, ...statusChange }, 1000);
const find = (list: ReturnType<typeof rules>, code: string) => list.find((rule) => rule.code === code);

describe('rulesOf', () => {
  it('asks for one character even where the directory asks for none', () => {
    const none = rules({ minimumLength: 0 });
    expect(find(none, 'password.too-short')?.params).toEqual({ minimum: 1, unit: 'utf16-units' });
    expect(evaluatePassword('', none).acceptable).toBe(false);
  });

  it('takes the tokens that MS-SAMR names, and judges letters by Unicode where the directory checks names', () => {
    const windows = rules({ complexity: 'active-directory', nameTokensChecked: true });
    expect(String(find(windows, 'password.contains-name')?.params.tokens).split('\n')).toEqual(['zoe', 'Archer', 'Møller', 'Zoé', '(IT)']);
    // A name that stands in for a display name that is not there is not what the directory looks for.
    const nameless = rulesOf(
      { ...policy, complexity: 'active-directory', nameTokensChecked: true },
      { ...account, displayNameInferred: true },
      status,
      0,
    );
    expect(find(nameless, 'password.contains-name')?.params.tokens).toBe('zoe');
    expect(find(windows, 'password.not-complex')?.params).toEqual({ required: 3, letters: 'unicode' });
    expect(evaluatePassword('Xy1-archer-99', windows).acceptable).toBe(false);
    expect(evaluatePassword('Xy1-arc-her-99', windows).acceptable).toBe(true);
  });

  it('leaves names alone and judges letters by its table where the directory is Samba', () => {
    const samba = rules({ complexity: 'active-directory' });
    expect(find(samba, 'password.contains-name')).toBeUndefined();
    expect(find(samba, 'password.not-complex')?.params).toEqual({ required: 3, letters: 'samba' });
  });

  it('knows the syntax checks of 389 Directory Server, and only those in force', () => {
    const checked = rules({ complexity: 'categories', lengthUnit: 'code-points', categories });
    expect(checked.filter((rule) => rule.source === 'directory').map((rule) => rule.code)).toEqual([
      'password.too-short',
      'password.too-few-uppercase',
      'password.too-few-digits',
      'password.too-few-kinds',
      'password.contains-name',
    ]);
    // Any four characters of a value, in place of whole words.
    expect(evaluatePassword('XXX-1-chER-y', checked).acceptable).toBe(false);
    expect(evaluatePassword('XXX-1-che-R', checked).acceptable).toBe(true);
  });

  it('says what only the server knows, when it is in force for a reset', () => {
    expect(rules({ historyLength: 24, minimumAge: 5000 }, { changeableAt: 2000 }).some((rule) => rule.source === 'server-only')).toBe(
      false,
    );
    const enforced = rules({ historyLength: 24, historyOnReset: 'two-step', minimumAgeOnReset: 'enforced' }, { changeableAt: 2000 });
    expect(find(enforced, 'password.in-history')).toMatchObject({ params: { length: 24 }, source: 'server-only', pure: false });
    expect(find(enforced, 'password.too-young')?.params).toEqual({ changeableAt: '1970-01-01T00:00:02.000Z' });
    expect(evaluatePassword('long-enough-1', enforced)).toMatchObject({ acceptable: true });
    expect(find(rules({ minimumAgeOnReset: 'enforced' }, { changeableAt: 1000 }), 'password.too-young')).toBeUndefined();
  });

  it('always refuses what would not work at the next sign-in', () => {
    for (const password of ['tab\tin-between', '{SSHA}abcdefgh', 'half\ud83d-a-pair']) {
      expect(evaluatePassword(password, rules({})).acceptable).toBe(false);
    }
  });

  it('leaves every rule of a policy that may not be the one in force to the server', () => {
    const uncertain = rules({ complexity: 'active-directory', nameTokensChecked: true, uncertain: true });
    const own = ['password.unusable-characters', 'password.looks-hashed'];
    expect(uncertain.map(({ code }) => code)).toEqual(
      rules({ complexity: 'active-directory', nameTokensChecked: true }).map(({ code }) => code),
    );
    expect(uncertain.filter(({ pure }) => pure).map(({ code }) => code)).toEqual(own);
  });
});
