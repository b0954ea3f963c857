import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SAMPLE_PEOPLE } from './sample-people.ts';

const LANGUAGES = readdirSync('locales', { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

it.each(LANGUAGES)('the page of the demo tells in %s what there is to try with each person, and with nobody else', (language) => {
  const texts = JSON.parse(readFileSync(`locales/${language}/demo.json`, 'utf8')) as Record<string, string>;
  const told = Object.keys(texts).filter((key) => key.startsWith('about.'));
  expect(told.sort()).toEqual(SAMPLE_PEOPLE.map(({ login }) => `about.${login}`).sort());
});
