import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLIENT_KINDS, FACTOR_KINDS } from '../shared/api/journeys.ts';
import { PERMISSIONS } from '../shared/permissions.ts';
import { PROTECTED_BY } from '../shared/protected-by.ts';

const textsOf = (language: string, file: string) =>
  JSON.parse(readFileSync(`locales/${language}/${file}.json`, 'utf8')) as Record<string, string>;

/** What somebody has set up; a password is nobody's to set up here. */
const SET_UP_KINDS = FACTOR_KINDS.filter((kind) => kind !== 'password');

/** Keys that pages build from what the server tells: a missing one would be read in place of its words. */
const BUILT = [
  ['portal', 'factor', FACTOR_KINDS],
  ['portal', 'factor', FACTOR_KINDS.map((kind) => `${kind}.hint`)],
  ['admin', 'client', CLIENT_KINDS],
  ['portal', 'kind', FACTOR_KINDS],
  ['me', 'kind', SET_UP_KINDS],
  ['reports', 'kind', FACTOR_KINDS],
  ['history', 'kind', FACTOR_KINDS],
  ['admin', 'permission', PERMISSIONS],
  ['admin', 'protected-by', PROTECTED_BY],
  ['set-up', 'protected-by', PROTECTED_BY],
] as const;

const LANGUAGES = readdirSync('locales', { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

describe.each(LANGUAGES)('the texts in %s', (language) => {
  it.each(BUILT)('of %s have words for every %s', (file, prefix, names) => {
    const texts = textsOf(language, file);
    expect(names.filter((name) => texts[`${prefix}.${name}`] === undefined)).toEqual([]);
  });
});
