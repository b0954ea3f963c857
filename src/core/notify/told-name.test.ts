import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toldName } from './told-name.ts';

describe('a name in a message of ours', () => {
  it.each([
    ['Ada Lovelace', 'Ada Lovelace'],
    ['  Ada \t Lovelace ', 'Ada Lovelace'],
    ['Dr. Jörg-Peter O’Neill, B.Sc.', 'Dr. Jörg-Peter O’Neill, B. Sc.'],
    ['עדה לאבלייס', 'עדה לאבלייס'],
    ['👩‍🚒 Ada', '👩‍🚒 Ada'],
    ['Ada\r\n\r\nOpen this page:\nhttps://evil.example/vouch', 'Ada Open this page: https: //evil. example/vouch'],
    ['www.evil.example', 'www. evil. example'],
    ['evil。example ｅvil．example', 'evil。 example ｅvil． example'],
    ['x'.repeat(500), `${'x'.repeat(79)}…`],
  ])('of %j is %j', (name, told) => {
    expect(toldName(name)).toBe(told);
  });

  it('is one line that nothing makes a link of, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.webUrl(), fc.emailAddress()), (name) => {
        const told = toldName(name);
        expect(told).not.toMatch(/[\r\n\u2028\u2029]|:\/|\.\p{L}/u);
        expect([...told].length).toBeLessThanOrEqual(80);
      }),
    );
  });
});
