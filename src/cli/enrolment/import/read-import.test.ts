import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { ImportEntry } from '../../../core/enrolment/import-people.ts';
import { readLines } from '../../read-lines.ts';
import { readText } from '../../read-text.ts';
import { readCsv } from './read-csv.ts';
import { readJson } from './read-json.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyturn-import-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A text in pieces of a size, as a file comes. */
async function* pieces(text: string, size = 7): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}
const all = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
};
const codes = (entries: ImportEntry[]) =>
  entries.map((entry) => [entry.place, 'problem' in entry ? entry.problem.code : entry.person.account]);

describe('a CSV file', () => {
  it('is read line by line: a broken one takes no other with it', async () => {
    const text = [
      'Account,email,totp,label',
      'alice,alice@home.example,,',
      '',
      'bob,"b@home.example b@work.example",GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,"Bob, his phone"',
      'carol,"carol@home.example,,',
      'dan,dan@home.example',
      'erik,"erik"@home.example,,',
      `long,${'x'.repeat(70_000)},,`,
      'frida,"say ""hi""",,',
      'last,last@home.example,,',
    ].join('\r\n');
    for (const size of [1, 7, 100_000]) {
      const entries = await all(readCsv(pieces(text, size)));
      expect(codes(entries)).toEqual([
        ['line 2', 'alice'],
        ['line 4', 'bob'],
        ['line 5', 'enrolment.quotes'],
        ['line 6', 'enrolment.field-count'],
        ['line 7', 'enrolment.quotes'],
        ['line 8', 'enrolment.line-too-long'],
        ['line 9', 'frida'],
        ['line 10', 'last'],
      ]);
      expect(entries[1]).toMatchObject({
        person: { email: ['b@home.example', 'b@work.example'], totp: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', label: 'Bob, his phone' },
      });
    }
  });

  it('may have several numbers in one field, with blanks in them', async () => {
    const [entry] = await all(readCsv(pieces('account,sms\nalice,+49 151 12345678; +43 664 1234567 ;')));
    expect(entry).toMatchObject({ person: { email: [], sms: ['+49 151 12345678', '+43 664 1234567'] } });
  });

  it.each([',', ';', '\t'])('may be separated by %j', async (separator) => {
    const text = `account${separator}email\nalice${separator}alice@home.example`;
    expect(await all(readCsv(pieces(text)))).toEqual([
      { place: 'line 2', person: { account: 'alice', email: ['alice@home.example'], sms: [] } },
    ]);
  });

  it.each([
    ['', /empty/],
    ['account,email,password\n', /unknown column: \\"password\\"/],
    ['account,email,email\n', /named twice: email/],
    ['account,label\n', /missing: account, and email, sms or totp/],
    ['alice,alice@home.example\n', /unknown column/],
  ])('is refused as a whole for a first line like %j', async (text, problem) => {
    const error = await all(readCsv(pieces(text))).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'enrolment.columns' });
    expect(JSON.stringify((error as { details: unknown }).details)).toMatch(problem);
  });
});

it('lines are those of the whole text, however it is cut', async () => {
  const letters = fc.string({ unit: fc.constantFrom('a', ',', '\n', '\r\n', 'ü') });
  await fc.assert(
    fc.asyncProperty(letters, fc.integer({ min: 1, max: 9 }), async (text, size) => {
      const lines = await all(readLines(pieces(text, size)));
      const whole = text.split('\n');
      if (whole.at(-1) === '') whole.pop();
      expect(lines.map((line) => line.text)).toEqual(whole.map((line) => line.replace(/\r$/, '')));
      expect(lines.map(({ number }) => number)).toEqual(lines.map((_, index) => index + 1));
    }),
  );
});

describe('a JSON file', () => {
  it('gives its entries one by one, and tells the one that is malformed without its values', async () => {
    const text = JSON.stringify(
      [
        { account: 'alice', email: 'alice@home.example' },
        { account: 'bob', email: ['a@b.example', 'c@d.example'], totp: 'SEED', label: 'Phone', directory: 'main' },
        { account: 'carol', seed: 'GEZDGNBV' },
        { email: [] },
        'dan',
        { account: 'erik', totp: 'SEED' },
      ],
      null,
      1,
    );
    for (const size of [1, 10, 100_000]) {
      const entries = await all(readJson(pieces(text, size)));
      expect(codes(entries)).toEqual([
        ['entry 1', 'alice'],
        ['entry 2', 'bob'],
        ['entry 3', 'enrolment.entry-malformed'],
        ['entry 4', 'enrolment.entry-malformed'],
        ['entry 5', 'enrolment.entry-malformed'],
        ['entry 6', 'erik'],
      ]);
      expect(JSON.stringify(entries[2])).toContain('seed');
      expect(JSON.stringify(entries)).not.toContain('GEZDGNBV');
    }
  });

  it.each([
    ['[{"account":"alice"},{"account":', 'after entry 1'],
    ['[{"account":"alice"},}]', 'after entry 1'],
    ['{"account":"alice"}', 'after entry 0'],
    ['account,email', 'after entry 0'],
    ['', 'after entry 0'],
  ])('says where it stops being one: %j', async (text, place) => {
    expect(codes(await all(readJson(pieces(text, 4)))).at(-1)).toEqual([place, 'enrolment.json-broken']);
  });
});

describe('the bytes of a file', () => {
  const read = async (bytes: Buffer): Promise<string> => {
    const path = join(folder, 'file');
    writeFileSync(path, bytes);
    return (await all(readText(path))).join('');
  };

  it('are UTF-8, with a mark in front or without', async () => {
    expect(await read(Buffer.from('\ufeffaccount,email\nzoë'))).toBe('account,email\nzoë');
    // A letter that is cut in two between two readings of the file.
    const long = `${'a'.repeat(65_535)}ü${'b'.repeat(10)}`;
    expect(await read(Buffer.from(long))).toBe(long);
  });

  it('are UTF-16 where a mark says so, either half of a letter first', async () => {
    const text = `account,email\n${'a'.repeat(65_535)}ü😀`;
    const marked = Buffer.from(`\ufeff${text}`, 'utf16le');
    expect(await read(marked)).toBe(text);
    expect(await read(Buffer.from(marked).swap16())).toBe(text);
    // A letter of two units that is cut in two between two readings of the file.
    const cut = `${'a'.repeat(32_766)}😀`;
    expect(await read(Buffer.from(`\ufeff${cut}`, 'utf16le'))).toBe(cut);
  });

  it('are nothing where there are none', async () => {
    expect(await read(Buffer.alloc(0))).toBe('');
    expect(await read(Buffer.from('\ufeff', 'utf16le'))).toBe('');
  });

  it.each([
    ['UTF-16 without a mark', Buffer.from('account,email', 'utf16le'), /UTF-16 without a mark/],
    ['UTF-16 that is cut off', Buffer.from('\ufeffab', 'utf16le').subarray(0, 5), /no UTF-16LE/],
    ['UTF-16 with half a letter of two units', Buffer.from([0xfe, 0xff, 0xd8, 0x3d, 0x00, 0x61]), /no UTF-16BE/],
    ['Latin 1', Buffer.from('account,email\nzo\xeb,x', 'latin1'), /no UTF-8/],
    ['a letter that is cut off', Buffer.from([0x61, 0xc3]), /no UTF-8/],
  ])('are refused in %s', async (_name, bytes, reason) => {
    await expect(read(bytes)).rejects.toMatchObject({
      code: 'enrolment.file-encoding',
      details: { reason: expect.stringMatching(reason) },
    });
  });
});
