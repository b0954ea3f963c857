import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

/** The same facts with their keys put in another order, at every depth. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reordered(inner)]),
  );
}

describe('canonical JSON', () => {
  it('has sorted keys at every depth, keeps the order of lists, and knows no undefined', () => {
    const facts = { b: [3, { z: null, a: 'x', none: undefined }, 1], a: { d: 1, c: [] }, c: null };
    expect(canonicalJson(facts)).toBe('{"a":{"c":[],"d":1},"b":[3,{"a":"x","z":null},1],"c":null}');
  });

  it('is the same for the same facts, and says them all', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (facts) => {
        expect(canonicalJson(reordered(facts))).toBe(canonicalJson(facts));
        expect(JSON.parse(canonicalJson(facts))).toEqual(JSON.parse(JSON.stringify(facts)));
      }),
    );
  });
});
