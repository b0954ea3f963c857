import { randomFillSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrayLength,
  createFuseBuilder,
  type FuseFilter,
  fuseContains,
  type Keys,
  type Location,
  locate,
  shapeFor,
} from './fuse-filter.ts';

const randomKeys = (count: number) => randomFillSync(new Uint32Array(2 * count));
const buildFuseFilter = (keys: Keys, bits: 8 | 16, seed: number) => createFuseBuilder(keys.length / 2).build(keys, bits, seed);
const missing = (filter: FuseFilter, bits: number, keys: Uint32Array): number => {
  let count = 0;
  for (let index = 0; index < keys.length; index += 2) {
    if (!fuseContains(filter, bits, keys[index] ?? 0, keys[index + 1] ?? 0)) count += 1;
  }
  return count;
};
/** Different pairs of words, near each other and far apart. */
const anyKeys = fc
  .uniqueArray(fc.tuple(fc.oneof(fc.nat(300), fc.nat(0xffffffff)), fc.oneof(fc.nat(3), fc.nat(0xffffffff))), {
    selector: ([low, high]) => `${low} ${high}`,
    maxLength: 400,
  })
  .map((pairs) => Uint32Array.from(pairs.flat()));

describe('a binary fuse filter', () => {
  it('finds every key that was put in, whichever keys they are', () => {
    fc.assert(
      fc.property(anyKeys, fc.constantFrom(8 as const, 16 as const), fc.integer(), (keys, bits, seed) => {
        expect(missing(buildFuseFilter(keys, bits, seed), bits, keys)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it.each([0, 1, 2, 3, 10, 100, 1000, 30_000, 400_000])('finds all of %i random keys', (count) => {
    const keys = randomKeys(count);
    for (const bits of [8, 16] as const) expect(missing(buildFuseFilter(keys, bits, 1), bits, keys)).toBe(0);
  });

  // With a dozen segments the sizes of the paper leave too little room, just before one more is added.
  it.each([11_500, 11_510, 11_513, 11_521, 12_368, 12_371])('is built for as many keys as fill its positions most: %i', (count) => {
    for (let set = 0; set < 5; set += 1) {
      const keys = randomKeys(count);
      expect(missing(buildFuseFilter(keys, 8, set), 8, keys)).toBe(0);
    }
  });

  it.each([
    [8, 20_000],
    [16, 20_000],
  ] as const)('takes one other key in 2^%i for one of its own', (bits, count) => {
    const filter = buildFuseFilter(randomKeys(count), bits, 1);
    const tries = 1_000_000;
    const expected = tries / 2 ** bits;
    const found = tries - missing(filter, bits, randomKeys(tries));
    // Six standard deviations of the binomial distribution: one run in a billion fails by chance.
    expect(Math.abs(found - expected)).toBeLessThan(6 * Math.sqrt(expected) + 6);
  });

  it('is the same for the same keys', () => {
    const keys = randomKeys(5000);
    expect(buildFuseFilter(keys, 8, 7)).toEqual(buildFuseFilter(keys.slice(), 8, 7));
  });

  it('takes 9 bits a key at most when there are many, and stays inside its array', () => {
    expect(arrayLength(shapeFor(500_000)) / 500_000).toBeLessThan(1.15);
    const location: Location = { first: 0, second: 0, third: 0, fingerprint: 0 };
    fc.assert(
      fc.property(fc.nat(2_000_000), fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(0xffffffff), (count, low, high, seed) => {
        const shape = shapeFor(count);
        locate(low, high, seed, shape, 8, location);
        const { first, second, third } = location;
        expect(new Set([first, second, third]).size).toBe(3);
        for (const position of [first, second, third]) expect(position).toBeLessThan(arrayLength(shape));
        expect(Math.min(first, second, third)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('refuses keys that occur twice instead of looping for ever', () => {
    const twice = Uint32Array.from([1, 2, 1, 2]);
    expect(() => buildFuseFilter(twice, 8, 1)).toThrow(RangeError);
  });
});
