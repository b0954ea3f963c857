import { describe, expect, it } from 'vitest';
import { readYaml } from './read-yaml.ts';

/** A list of nine of the list before, ten times over: some 10^9 words of a few lines. */
const BOMB = Array.from('abcdefghij', (name, at) => {
  const inside = Array.from({ length: 9 }, () => (at === 0 ? '"x"' : `*${'abcdefghij'[at - 1]}`));
  return `${name}: &${name} [${inside.join(',')}]`;
}).join('\n');

describe('a text that is written to harm', () => {
  it.each([
    ['more aliases than fit anywhere', BOMB, /too many of them/],
    ['an alias of nothing', 'organisation: *nobody', /alias|anchor/i],
    ['20,000 lists within each other', `x: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, /too deep/],
    ['two documents', 'a: 1\n---\nb: 2', /multiple documents/],
  ])('is refused in words where it has %s', (_what, text, problem) => {
    const read = readYaml(text);
    expect('problems' in read && read.problems.join()).toMatch(problem);
  });

  it('changes nothing but what is read, whatever its names are', () => {
    const read = readYaml(
      '__proto__: { polluted: true }\nconstructor: { prototype: { polluted: true } }\na: { __proto__: { polluted: true } }',
    );
    expect(Object.keys((read as { value: object }).value)).toEqual(['__proto__', 'constructor', 'a']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((read as { value: { a: { polluted?: boolean } } }).value.a.polluted).toBeUndefined();
  });

  it('quotes nothing of what may be a secret', () => {
    const read = readYaml('password: "Secret-1\nnext: *Secret-2');
    expect(JSON.stringify(read)).not.toContain('Secret-1');
    expect('problems' in read).toBe(true);
  });
});
