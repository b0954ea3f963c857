import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvHead, csvLines, csvTable, plainCell } from './csv-lines.ts';

const text = fc.string({ unit: fc.constantFrom(...'=+-@;|,"\'\t\r\n＝＋－＠ab1'), maxLength: 12 });
/** What a spreadsheet sees that takes this sign for what separates cells: quotes keep a cell together where it begins with one. */
function cellsBy(separator: string, lines: string): string[] {
  return parse(lines, {
    delimiter: separator,
    relax_quotes: true,
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n', '\r'],
  }).flat();
}

it('has no cell that is a formula, by whichever sign the lines are taken apart', () => {
  for (const name of [
    '=1+1',
    '+1',
    '-1',
    '@A1',
    '\t=1',
    '\r=1',
    'a;=HYPERLINK("http://evil.test")',
    'a|=1',
    'a\t=1',
    'a\n=1',
    'a;\t=1',
    '＝1',
  ]) {
    const lines = csvHead(['one', 'two']) + csvLines([{ one: 'x', two: name }], ['one', 'two']);
    for (const separator of [',', ';', '|', '\t'])
      for (const cell of cellsBy(separator, lines))
        expect(cell, `${JSON.stringify(name)} by ${separator}`).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
  }
  fc.assert(
    fc.property(fc.array(text, { minLength: 2, maxLength: 2 }), ([one = '', two = '']) => {
      const lines = csvTable([
        ['one', 'two'],
        [one, two],
      ]);
      // However quotes fall: no sign that begins a formula stands where a cell could begin.
      expect(lines).not.toMatch(/(^|[;|\t\r\n])"*[=+\-@＝＋－＠]/);
    }),
  );
});

it('loses nothing, and leaves alone what is none', () => {
  for (const name of ['Anna-Lena', 'a = b', 'x@y.example', 'ou=berlin,ou=people', 'a; b', '1 + 1', '', 'Zoë'])
    expect(plainCell(name)).toBe(name);
  fc.assert(
    fc.property(text, (name) => {
      const [[read = ''] = []] = parse(csvTable([[name, 'x']]), { record_delimiter: '\n' }) as string[][];
      const added = (whole: string) => whole.replaceAll("'", '');
      expect(added(read)).toBe(added(name));
    }),
  );
  expect(plainCell('a\u001b[2Jb\u009b')).toBe('a\ufffd[2Jb\ufffd');
  expect(csvTable([[-1, null, 'x']])).toBe('-1,,x\n');
});
