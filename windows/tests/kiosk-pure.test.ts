import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createScratchFolder, removeScratchFolder } from '../../test/servers/scratch.ts';
import { built } from './built.ts';
import { reportTestProgram } from './test-program.ts';

function runNative(program: string, parameters: readonly string[], cwd?: string): { exitCode: number | null; output: string } {
  const result = spawnSync(join(built.native, 'kiosk', program), parameters, { encoding: 'utf8', cwd, maxBuffer: 64 * 1024 * 1024 });
  return { exitCode: result.status, output: `${result.stdout}${result.stderr}` };
}

describe('the recovery journey of the window, with address and undefined-behaviour sanitizers', () => {
  reportTestProgram(runNative('kiosk-tests', []));
});

it('conversations with a server that answers anything end in pages that can be drawn', () => {
  const conversations = process.env.KEYTURN_LONG === undefined ? '4000' : '100000';
  const result = runNative('kiosk-fuzz', [conversations]);
  expect(result.output).toContain(`${conversations} conversations, no fault`);
  expect(result.exitCode).toBe(0);
}, 900_000);

describe('fuzzing of what the server answers: steps, verdicts, times, work, texts, and what is written of it', () => {
  // Each input is read in every way that there is, with sanitizers: a thousand take a second.
  const [changed, guided] = process.env.KEYTURN_LONG === undefined ? [5_000, 15_000] : [100_000, 500_000];

  it(`${changed} changed answers break no rule`, () => {
    const result = runNative('reading-fuzz', [String(changed)]);
    expect(result.output).toContain(`${changed} inputs, no fault`);
    expect(result.exitCode).toBe(0);
  }, 900_000);

  it(`${guided} inputs guided by coverage, beginning with good answers, break no rule`, async () => {
    const folder = await createScratchFolder('answers');
    try {
      expect(runNative('reading-fuzz', ['--examples', folder]).exitCode).toBe(0);
      expect(readdirSync(folder).length).toBeGreaterThan(10);
      const result = runNative('guided-reading-fuzz', ['-seed=1', `-runs=${guided}`, '-max_len=600', folder], folder);
      expect(result.output).toContain(`Done ${guided} runs`);
      expect(result.exitCode).toBe(0);
    } finally {
      await removeScratchFolder(folder);
    }
  }, 1_800_000);
});

describe('texts of the window', () => {
  const folder = fileURLToPath(new URL('../kiosk/texts', import.meta.url));
  const read = (file: string) =>
    new Map([...readFileSync(join(folder, file), 'utf8').matchAll(/^ {2}(TEXT_\w+) "(.*)"$/gm)].map(([, id, text]) => [id, text]));
  const ids = [...readFileSync(join(folder, 'text-ids.h'), 'utf8').matchAll(/^#define (TEXT_\w+) \d+$/gm)]
    .map(([, id]) => id)
    .filter((id) => id !== 'TEXT_FIRST' && id !== 'TEXT_LAST');
  const english = read('en.rc');
  const places = (text = '') => [...text.matchAll(/\{\d\}/g)].map(([place]) => place).sort();

  it.each(readdirSync(folder).filter((file) => file.endsWith('.rc')))('%s has every text, with the places of the English one', (file) => {
    const texts = read(file);
    expect([...texts.keys()]).toEqual(ids);
    for (const [id, text] of texts) {
      expect(text, id).not.toBe('');
      expect(places(text), id).toEqual(places(english.get(id)));
    }
  });

  it('speaks the languages of the server and no others, with one word for the password', () => {
    const locales = readdirSync(fileURLToPath(new URL('../../locales', import.meta.url)), { withFileTypes: true });
    const spoken = locales.filter((entry) => entry.isDirectory()).map(({ name }) => `${name}.rc`);
    expect(readdirSync(folder).filter((file) => file.endsWith('.rc'))).toEqual(spoken);
    const german = [
      readFileSync(join(folder, 'de.rc'), 'utf8'),
      readFileSync(new URL('../provider/texts.rc', import.meta.url), 'utf8'),
      readFileSync(new URL('../settings/settings.json', import.meta.url), 'utf8'),
    ].join('\n');
    expect(german).toContain('Passwort');
    expect(german).not.toMatch(/kennw/i);
  });

  it('every text is shown somewhere', () => {
    const sources = fileURLToPath(new URL('../kiosk', import.meta.url));
    const code = readdirSync(sources, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.cpp'))
      .map((file) => readFileSync(join(sources, file), 'utf8'))
      .join('\n');
    expect(ids.filter((id) => !new RegExp(`\\b${id}\\b`).test(code))).toEqual([]);
  });
});
