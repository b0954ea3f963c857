import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isTokenText, newTokenText } from './token-text.ts';

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
const made = (random: Uint8Array) => newTokenText({ bytes: () => random, integer: () => 0 });

it('is told by its prefix and its checksum, which a scanner can compute', () => {
  fc.assert(
    fc.property(bytes, (random) => {
      const text = made(random);
      const sum = text.slice(-8);
      return isTokenText(text) && text.startsWith('ktn_') && Number.parseInt(sum, 16) === crc32(text.slice(0, -8));
    }),
  );
});

it('is not mistaken for another one by a letter that is wrong, missing or too many', () => {
  fc.assert(
    fc.property(bytes, fc.nat(54), fc.constantFrom(...'aZ0-_'), (random, at, letter) => {
      const text = made(random);
      const wrong = `${text.slice(0, at)}${letter}${text.slice(at + 1)}`;
      const shorter = text.slice(0, at) + text.slice(at + 1);
      return (wrong === text || !isTokenText(wrong)) && !isTokenText(shorter) && !isTokenText(`${text}${letter}`);
    }),
  );
  expect(isTokenText('')).toBe(false);
});
