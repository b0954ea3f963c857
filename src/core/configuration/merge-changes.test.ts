import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffConfiguration, type Json } from './diff-configuration.ts';
import { mergeChanges } from './merge-changes.ts';

const base = { organisation: { name: 'A', language: 'en' }, rules: [{ name: 'one' }, { name: 'two' }], mail: { kind: 'smtp' } };

describe('two changes of one document', () => {
  it('are both there, where they are about different things', () => {
    const theirs = { ...base, organisation: { ...base.organisation, name: 'B' }, extra: 1 };
    const mine = { ...base, organisation: { ...base.organisation, language: 'de' }, rules: [...base.rules, { name: 'three' }] };
    expect(mergeChanges(base, theirs, mine)).toEqual({
      ...theirs,
      organisation: { name: 'B', language: 'de' },
      rules: [...base.rules, { name: 'three' }],
    });
    expect(
      mergeChanges(base, { ...base, rules: [{ name: 'first' }, { name: 'two' }] }, { ...base, rules: [{ name: 'one' }, { name: '2' }] }),
    ).toEqual({
      ...base,
      rules: [{ name: 'first' }, { name: '2' }],
    });
  });

  it('are not put together where both are about the same, or entries of a list may have moved', () => {
    const named = (name: string) => ({ ...base, organisation: { ...base.organisation, name } });
    const { mail: _, ...without } = base;
    for (const [theirs, mine] of [
      [named('B'), named('C')],
      [named('B'), named('B')],
      [without, { ...base, mail: { kind: 'capture' } }],
      [
        { ...base, rules: [{ name: 'two' }] },
        { ...base, rules: [{ name: 'one' }, { name: '2' }] },
      ],
      [
        { ...base, rules: [{ name: 'new' }, ...base.rules] },
        { ...base, rules: [{ name: 'uno' }, { name: 'two' }] },
      ],
    ] as const)
      for (const pair of [[theirs, mine] as const, [mine, theirs] as const])
        expect(mergeChanges(base, ...(pair as unknown as [Json, Json]))).toBe(null);
  });

  const small = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(fc.integer(), fc.array(fc.integer(), { maxLength: 3 })), {
    noNullPrototype: true,
  });
  it('lose nothing and invent nothing, whoever is first', () => {
    fc.assert(
      fc.property(small, small, small, (from, theirs, mine) => {
        const merged = mergeChanges(from, theirs, mine);
        expect(mergeChanges(from, mine, theirs)).toEqual(merged);
        if (merged === null) return;
        const key = (change: object) => JSON.stringify(change);
        const both = [...diffConfiguration(from, theirs), ...diffConfiguration(from, mine)].map(key);
        expect(diffConfiguration(from, merged).map(key).toSorted()).toEqual(both.toSorted());
      }),
      { numRuns: 2000 },
    );
  });
});
