import { expect, it } from 'vitest';
import { configurationSchema } from '../configuration/document.ts';
import { offeredQuestions, shownQuestion } from './question-pool.ts';

const both = (id: string) => ({ id, en: `What is the ${id}?`, de: `Was ist ${id}?` });
const english = (id: string) => ({ id, en: `What is your ${id}?` });
const withPool = (pool: object[], questions: object[] = []) =>
  configurationSchema.parse({
    ...{ version: 1, organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' }, mail: { kind: 'capture' } },
    directories: [{ id: 'people', kind: 'embedded', label: 'People', questions }],
    factors: { questions: { pool, setUp: 3 } },
  });
const offered = (configuration: ReturnType<typeof withPool>, language: string) =>
  offeredQuestions(configuration, 'people', language).map(({ id, language: of }) => `${id} ${of}`);

it('offers the questions that are worded in a language, where there are enough of them', () => {
  const pool = [both('one'), both('two'), english('three'), english('four')];
  expect(offered(withPool(pool, [both('five')]), 'de')).toEqual(['one de', 'two de', 'five de']);
  expect(offered(withPool(pool, [both('five')]), 'en')).toEqual(['one en', 'two en', 'three en', 'four en', 'five en']);
  // Two are too few to choose three of.
  expect(offered(withPool(pool), 'de')).toEqual(['one de', 'two de', 'three en', 'four en']);
});

it('offers none that is retired, and asks it of who has set it up, in their language', () => {
  const configuration = withPool([{ ...both('one'), retired: true }, both('two'), both('three'), both('four')]);
  expect(offered(configuration, 'en')).toEqual(['two en', 'three en', 'four en']);
  const kept = { id: 'one', text: 'What is the one?', language: 'en' };
  expect(shownQuestion(configuration, 'people', kept, 'de')).toEqual({ id: 'one', text: 'Was ist one?', language: 'de' });
});
