import { describe, expect, it } from 'vitest';
import { spellingsOf } from './spellings.ts';

describe('spellingsOf', () => {
  it('is one for what is plain already', () => {
    expect(spellingsOf('alice', 'alice')).toEqual(['alice']);
    expect(spellingsOf('alice@example.test', 'alice@example.test')).toEqual(['alice@example.test']);
  });

  it('keeps what was typed beside what it folds to', () => {
    expect(spellingsOf('ee-00a', ' EE-00a ')).toEqual(expect.arrayContaining(['ee-00a', 'EE-00a']));
    expect(spellingsOf('x2y', 'x²y')).toContain('x²y');
    expect(spellingsOf('müller', 'Mu\u0308ller')).toEqual(expect.arrayContaining(['Müller', 'Mu\u0308ller', 'müller']));
  });

  it('has both forms of a domain', () => {
    expect(spellingsOf('anna@bücher.test', 'anna@bücher.test')).toEqual(
      expect.arrayContaining(['anna@bücher.test', 'anna@xn--bcher-kva.test']),
    );
    expect(spellingsOf('anna@xn--bcher-kva.test', 'anna@xn--bcher-kva.test')).toContain('anna@bücher.test');
    expect(spellingsOf('a@b c', 'a@b c')).toEqual(['a@b c']);
  });
});
