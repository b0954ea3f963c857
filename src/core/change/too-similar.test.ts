import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isTooSimilar } from './too-similar.ts';

it.each([
  ['Summer-2026-Rain', 'Summer-2026-Rain', true],
  ['Summer-2026-Rain', 'SUMMER-2026-rain', true],
  ['Summer-2026-Rain', 'Summer-2027-Rain', true],
  ['Summer-2026-Rain', 'Summer-2026-Rain1!', true],
  ['Summer-2026-Rain', 'Summer-2031-Rain!', false],
  ['Summer-2026-Rain', 'correct horse battery', false],
  // The small form of a last sigma is another than that of one in the middle.
  ['A\u03a3', 'a\u03c3x9', true],
  ['summer-\u03c2', 'SUMMER-\u03a3', true],
  ['cafe\u0301-and-tea', 'caf\u00e9-and-tea', true],
])('%j and %j: %s', (current, next, similar) => {
  expect(isTooSimilar(current, next)).toBe(similar);
});

it('is the same both ways, and holds for whatever is added to an end in two characters', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  fc.assert(
    fc.property(text, text, fc.constantFrom('1', '!', '12', 'x9'), (one, other, added) => {
      expect(isTooSimilar(one, other)).toBe(isTooSimilar(other, one));
      expect(isTooSimilar(one, one)).toBe(true);
      expect(isTooSimilar(one, `${one}${added}`)).toBe(true);
    }),
  );
});

it('is similar if and only if two characters or fewer were replaced, left out or put in, wherever they stand', () => {
  const [letters, digits] = [[...'abcdefghijklmnop'], [...'0123456789']];
  const place = fc.nat(letters.length - 1);
  fc.assert(
    fc.property(fc.uniqueArray(place, { maxLength: 5 }), fc.boolean(), (places, isReplaced) => {
      const replaced = letters.map((letter, index) => (places.includes(index) ? (digits[places.indexOf(index)] ?? '') : letter));
      const shortened = letters.filter((_, index) => !places.includes(index));
      const [current, next] = [letters.join(''), (isReplaced ? replaced : shortened).join('')];
      expect(isTooSimilar(current, next)).toBe(places.length <= 2);
      expect(isTooSimilar(next, current)).toBe(places.length <= 2);
    }),
  );
});
