import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createScratchFolder, removeScratchFolder } from '../../test/servers/scratch.ts';
import { passwordRulesSchema } from '../core/configuration/password-rules-section.ts';
import type { Log } from '../core/ports/platform.ts';
import { createWordDictionary } from './create-word-dictionary.ts';

let folder: string;
beforeAll(async () => {
  folder = await createScratchFolder('dictionary');
});
afterAll(() => removeScratchFolder(folder));

function open(...names: string[]) {
  const lines: string[] = [];
  const write = (event: string) => lines.push(event);
  const log = { error: write, warn: write, info: write, debug: write } as unknown as Log;
  const files = names.map((name) => join(folder, name));
  const dictionary = createWordDictionary(passwordRulesSchema.parse({ dictionary: { files } }), log);
  if (dictionary === null) throw new Error('no dictionary');
  return { dictionary, lines };
}
const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);

it('is none where none is configured', () => {
  expect(createWordDictionary(passwordRulesSchema.parse({}), {} as Log)).toBeNull();
});

it('reads words of several files, however the lines end', async () => {
  write('one', '\ufeffGarten\r\nStraße\n\nabc\nlast');
  write('two', 'MÜLLER\n');
  const { dictionary } = open('one', 'two');
  const words = await dictionary.words();
  for (const word of ['garten', 'strasse', 'last', 'muller']) expect(words?.has(word)).toBe(true);
  // Three letters are fewer than are looked for.
  expect(words?.has('abc')).toBe(false);
  expect(words?.longest).toBe(7);
  expect((await dictionary.health()).facts).toMatch(/^4 words in /);
});

it('reads words across the pieces that a large file is read in', async () => {
  const many = Array.from({ length: 40_000 }, (_, index) => `wört${index}`);
  write('many', many.join('\n'));
  const words = await open('many').dictionary.words();
  for (const word of many) if (words?.has(word.replace('ö', 'o')) !== true) expect.unreachable(word);
});

it.each([
  ['missing', null, 'ENOENT'],
  ['latin-1', new Uint8Array([0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72]), 'is not UTF-8'],
  ['cut-off', new Uint8Array([0x77, 0x6f, 0x72, 0x64, 0xc3]), 'is not UTF-8'],
  ['empty', '', 'holds no word'],
  ['endless', 'x'.repeat(300_000), 'holds no word'],
])('does not know, and says so once, where a file is %s', async (name, content, reason) => {
  if (content !== null) write(name, content);
  const { dictionary, lines } = open(name);
  expect(await dictionary.words()).toBeNull();
  expect(await dictionary.words()).toBeNull();
  expect(lines).toEqual(['dictionary.not-known']);
  expect((await dictionary.health()).problem).toContain(reason);
});

it('takes a file that came, was changed or went at once', async () => {
  const { dictionary, lines } = open('changing');
  expect(await dictionary.words()).toBeNull();
  write('changing', 'first\n');
  expect((await dictionary.words())?.has('first')).toBe(true);
  write('changing', 'another\n');
  const words = await dictionary.words();
  expect([words?.has('first'), words?.has('another')]).toEqual([false, true]);
  rmSync(join(folder, 'changing'));
  expect(await dictionary.words()).toBeNull();
  expect(lines).toEqual(['dictionary.not-known', 'dictionary.known-again', 'dictionary.not-known']);
});
