import { describe, expect, it } from 'vitest';
import { createKeys } from '../../platform/derived-keys.ts';
import { typedNameDigest } from './typed-name.ts';

const keys = createKeys(new Uint8Array(32).fill(7));
const digest = (name: string) => typedNameDigest(keys, name);

describe('what the log keeps of a typed name', () => {
  it('is 132 bits that no letter of it can be read from', () => {
    expect(digest('alice')).toMatch(/^[\w-]{22}$/);
    expect(digest('alice')).toBe(keys.digest('typed-name', 'alice').slice(0, 22));
    expect(typedNameDigest(createKeys(new Uint8Array(32).fill(8)), 'alice')).not.toBe(digest('alice'));
  });

  it('is the same for every spelling in capitals, in either form of Unicode, with blanks around it', () => {
    for (const spelling of ['MÜLLER', 'müller', '  Müller\t', 'mu\u0308ller', 'MU\u0308LLER'])
      expect(digest(spelling)).toBe(digest('müller'));
    expect(digest('muller')).not.toBe(digest('müller'));
    expect(digest('mül ler')).not.toBe(digest('müller'));
  });
});
