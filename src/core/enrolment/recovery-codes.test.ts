import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRecoveryCode } from './recovery-codes.ts';

const CODE = 'ABCD0123EFGH4567JKMN89PQ';

it.each([
  'ABCD-0123-EFGH-4567-JKMN-89PQ',
  ' abcd 0123 efgh 4567 jkmn 89pq\n',
  'ABCD-OI23-EFGH-4567-JKMN-89PQ',
  'abcdol23efgh4567jkmn89pq',
  '\u200bABCD–0123–EFGH–4567–JKMN–89PQ',
  'ＡＢＣＤ0123EFGH4567JKMN89PQ',
])('reads %j', (text) => {
  expect(readRecoveryCode(text)).toBe(CODE);
});

it.each(['', CODE.slice(1), `${CODE}A`, CODE.replace('A', 'U'), CODE.replace('A', 'Ä'), CODE.replace('A', '+'), '12345678'])(
  'takes no %j',
  (text) => {
    expect(readRecoveryCode(text)).toBeNull();
  },
);

it('reads what it gave as the same, whatever was typed', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...`${CODE.toLowerCase()}OILoil -.`), minLength: 20, maxLength: 30 }), (text) => {
      const code = readRecoveryCode(text);
      if (code === null) return;
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{24}$/);
      expect(readRecoveryCode(code)).toBe(code);
    }),
  );
});
