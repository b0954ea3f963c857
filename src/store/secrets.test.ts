import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecrets, type Place } from './secrets.ts';

const key = { id: 'k1', key: randomBytes(32) };
const secrets = createSecrets([key]);
const place: Place = { table: 'factors', column: 'secret', bound: ['a', null, 7] };
const undecryptable = expect.objectContaining({ name: 'AppError', code: 'store.undecryptable' });

/** Tables and columns as we name them; what a row says may be anything. */
const anyPlace = fc.record({
  table: fc.stringMatching(/^[a-z_]{1,12}$/),
  column: fc.stringMatching(/^[a-z_]{1,12}$/),
  bound: fc.array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.integer(), fc.constant(null)), { maxLength: 4 }),
});
const anyText = fc.string({ unit: 'grapheme', maxLength: 200 });

describe('sealed values', () => {
  it('open in their place to what was sealed', () => {
    fc.assert(
      fc.property(anyPlace, anyText, (where, plain) => {
        expect(secrets.open(where, secrets.seal(where, plain))).toBe(plain);
      }),
    );
  });

  it('open in no other table or column, and beside nothing else than what they were sealed with', () => {
    fc.assert(
      fc.property(anyPlace, anyPlace, anyText, (where, elsewhere, plain) => {
        fc.pre(JSON.stringify(where) !== JSON.stringify(elsewhere));
        const sealed = secrets.seal(where, plain);
        for (const other of [
          elsewhere,
          { ...where, bound: [...where.bound, ''] },
          { ...where, bound: [...where.bound, null] },
          { ...where, bound: [where.bound.join(',')] },
          { ...where, bound: where.bound.map((value) => `${value}|`) },
          { ...where, column: `${where.column}","${where.bound[0]}` },
        ]) {
          if (JSON.stringify(other) === JSON.stringify(where)) continue;
          expect(() => secrets.open(other, sealed)).toThrow(undecryptable);
        }
      }),
    );
  });

  it('do not open once a single bit is changed', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), (plain, at) => {
        const [version, id, body = ''] = secrets.seal(place, plain).split('.');
        const bytes = Buffer.from(body, 'base64url');
        const bit = at % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => secrets.open(place, `${version}.${id}.${bytes.toString('base64url')}`)).toThrow(undecryptable);
      }),
    );
  });

  it('do not open when they are not sealed values at all', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyText, fc.constant(''), fc.constant('v2.k1.'), fc.constant('v2.k1.AAAA'), fc.constant('v3.k1.AAAA')),
        (text) => {
          expect(() => secrets.open(place, text)).toThrow(undecryptable);
        },
      ),
    );
  });

  it('differ each time and hold nothing of the text', () => {
    const sealed = Array.from({ length: 100 }, () => secrets.seal(place, 'JBSWY3DPEHPK3PXP'));
    expect(new Set(sealed).size).toBe(100);
    for (const value of sealed) expect(value).toMatch(/^v2\.k1\.[A-Za-z0-9_-]+$/);
  });

  it('keep text and key out of the error', () => {
    const error = (() => {
      try {
        createSecrets([{ id: 'k1', key: randomBytes(32) }]).open(place, secrets.seal(place, 'planted'));
        return null;
      } catch (problem) {
        return problem;
      }
    })();
    expect(error).toMatchObject({ details: { table: 'factors', column: 'secret', reason: 'not-authentic' } });
    expect(String(error)).not.toContain('planted');
  });
});

describe('key rings', () => {
  it('seal with the first key and open with all', () => {
    const second = { id: 'k2', key: randomBytes(32) };
    const rotated = createSecrets([second, key]);
    expect(rotated.open(place, secrets.seal(place, 'old'))).toBe('old');
    expect(rotated.seal(place, 'new')).toMatch(/^v2\.k2\./);
    expect(() => secrets.open(place, rotated.seal(place, 'new'))).toThrow(
      expect.objectContaining({ code: 'store.undecryptable', details: { table: 'factors', column: 'secret', reason: 'key-not-in-ring' } }),
    );
  });

  it('are refused when empty, ambiguous or malformed', () => {
    const bad = [[], [key, key], [{ id: 'a.b', key: key.key }], [{ id: '', key: key.key }], [{ id: 'k', key: randomBytes(16) }]];
    for (const ring of bad) {
      expect(() => createSecrets(ring)).toThrow(expect.objectContaining({ name: 'AppError', code: 'settings.invalid' }));
    }
  });
});
