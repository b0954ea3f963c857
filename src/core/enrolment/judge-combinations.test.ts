import { expect, it } from 'vitest';
import { canProve, judgeCombinations } from './judge-combinations.ts';

const email = { kind: 'email' } as const;
const totp = { kind: 'totp' } as const;

it('says of each combination what is missing', () => {
  const accepted = [['email', 'totp'], ['passkey']] as const;
  expect(judgeCombinations(accepted, [email, email])).toEqual([
    { kinds: ['email', 'totp'], missing: ['totp'] },
    { kinds: ['passkey'], missing: ['passkey'] },
  ]);
  expect(canProve(accepted, [])).toBe(false);
  expect(canProve(accepted, [email])).toBe(false);
  expect(canProve(accepted, [totp, email])).toBe(true);
});
