import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isolated } from './isolated.ts';

const OPENS = /[\u202a\u202b\u202d\u202e\u2066-\u2068]/g;
const CLOSES = /[\u202c\u2069]/g;

it('leaves what is read like the sentence as it is', () => {
  for (const text of ['', 'alice', 'Zoë Müller', '中村', 'Жанна', 'a@b.example', '12:30']) expect(isolated(text)).toBe(text);
});

it('keeps a name in another direction, or with marks, from turning what is beside it', () => {
  expect(isolated('אבג')).toBe('\u2068אבג\u2069');
  expect(isolated('\u202eecila')).toBe('\u2068ecila\u2069');
  expect(isolated('a\u2069b')).toBe('\u2068ab\u2069');
});

it('never leaves a mark open, and never closes one that it has not opened', () => {
  const marks = fc.constantFrom(
    '\u202a',
    '\u202c',
    '\u202d',
    '\u202e',
    '\u2066',
    '\u2067',
    '\u2068',
    '\u2069',
    '\u200f',
    '\u061c',
    'א',
    'a',
  );
  fc.assert(
    fc.property(
      fc.array(marks).map((all) => all.join('')),
      (text) => {
        const shown = isolated(text);
        const opened = shown.match(OPENS)?.length ?? 0;
        expect(opened).toBe(shown.match(CLOSES)?.length ?? 0);
        expect(opened).toBeLessThanOrEqual(1);
        if (opened === 1) expect([shown.at(0), shown.at(-1)]).toEqual(['\u2068', '\u2069']);
      },
    ),
  );
});
