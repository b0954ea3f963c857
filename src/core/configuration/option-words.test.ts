import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configurationJsonSchema } from './configuration-json-schema.ts';

const textsOf = (language: string, file: string) =>
  JSON.parse(readFileSync(`locales/${language}/${file}.json`, 'utf8')) as Record<string, string>;

/** Everything that a setting may be by its name: of an enumeration, or of one kind among several. */
function optionsIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(optionsIn);
  if (typeof schema !== 'object' || schema === null) return [];
  const { enum: options, const: only } = schema as { enum?: unknown; const?: unknown };
  const own = [...(Array.isArray(options) ? options : []), only].filter((each) => typeof each === 'string');
  return [...own, ...Object.values(schema).flatMap(optionsIn)];
}

it.each(['en', 'de'])('has words for whatever a setting may be, in %s', (language) => {
  const [admin, me] = [textsOf(language, 'admin'), textsOf(language, 'me')];
  const isNamed = (option: string) =>
    option === 'password' ||
    `kind.${option}` in me ||
    ['option', 'permission', 'goal', 'client'].some((name) => `${name}.${option}` in admin);
  const options = new Set(optionsIn(configurationJsonSchema()));
  expect(options.size).toBeGreaterThan(50);
  expect([...options].filter((option) => !isNamed(option))).toEqual([]);
});
