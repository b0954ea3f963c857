import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inLockOrder } from './counters.ts';

it('counters are locked in ascending order of their keys, each once, whatever order they are counted in', () => {
  const hits = fc.array(
    fc.record({ key: fc.string({ maxLength: 3 }), windowMilliseconds: fc.constant(1), by: fc.integer({ min: -1, max: 2 }) }),
  );
  fc.assert(
    fc.property(hits, (given) => {
      const ordered = inLockOrder(given);
      for (const [index, { key }] of ordered.entries()) expect(index === 0 || (ordered[index - 1]?.key ?? '') < key).toBe(true);
      for (const { key, by } of ordered) {
        expect(by).toBe(given.filter((hit) => hit.key === key).reduce((sum, hit) => sum + hit.by, 0));
      }
      expect(new Set(ordered.map(({ key }) => key))).toEqual(new Set(given.map(({ key }) => key)));
    }),
  );
});
