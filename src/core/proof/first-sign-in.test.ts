import { describe, expect, it } from 'vitest';
import { type FactorKind, GOALS, type Goal } from '../../../shared/api/journeys.ts';
import { configurationSchema } from '../configuration/document.ts';
import { acceptedOf, kindsHad } from './first-sign-in.ts';
import { provesAsSignIn } from './proves-as-sign-in.ts';
import { rulesFor } from './rules-for.ts';

const AS_SIGN_IN: readonly Goal[] = ['sign-in', 'link-account'];

describe.each(GOALS)('the goal %s', (goal) => {
  const isSignIn = AS_SIGN_IN.includes(goal);

  it('asks for what signing in asks for where, and only where, an account is signed in to', () => {
    expect(provesAsSignIn(goal)).toBe(isSignIn);
  });

  it('goes by the rules of its own', () => {
    const { recovery, signIn } = configurationSchema.parse({
      ...{ version: 1, organisation: { publicUrl: 'https://keyturn.example.test' } },
      ...{ directories: [{ kind: 'embedded', id: 'people', label: 'People' }], mail: { kind: 'capture' } },
      recovery: { rules: [{ name: 'recovery', accepted: [['email']] }] },
      signIn: { rules: [{ name: 'sign-in', accepted: [['password', 'totp']] }] },
    });
    expect(rulesFor({ recovery, signIn }, goal).map(({ name }) => name)).toEqual([isSignIn ? 'sign-in' : 'recovery']);
  });

  it.each<[string, FactorKind[][], FactorKind[], boolean]>([
    ['has nothing', [['password', 'totp']], [], true],
    ['has a password alone', [['password', 'totp']], ['password'], true],
    ['has something else as well', [['password', 'totp']], ['password', 'email'], false],
    ['is accepted by nothing', [], ['password'], false],
  ])('takes the password alone, where somebody signs in who %s', (_who, own, has, isFirst) => {
    const expected = isSignIn && isFirst ? [...own, ['password']] : own;
    expect(acceptedOf(own, goal, has)).toEqual(expected);
  });

  it('counts a password as had where it is asked for, and each kind once', () => {
    const factors = (['totp', 'email', 'totp'] as const).map((kind) => ({ kind }));
    const withPassword = isSignIn || goal === 'step-up';
    expect(kindsHad(goal, factors)).toEqual([...(withPassword ? ['password'] : []), 'totp', 'email']);
    expect(kindsHad(goal, [])).toEqual(withPassword ? ['password'] : []);
  });
});
