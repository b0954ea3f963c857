import { describe, expect, it } from 'vitest';
import { configurationSchema } from '../configuration/document.ts';
import type { Account } from '../ports/directory.ts';
import { type GivenAnswer, judgeAnswers } from './judge-answers.ts';
import { offeredQuestions, shownQuestion } from './question-pool.ts';

const ids = ['street', 'teacher', 'dish', 'book'];
const configuration = configurationSchema.parse({
  version: 1,
  organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' },
  directories: [
    { id: 'people', kind: 'embedded', label: 'People', questions: [{ id: 'own', en: 'Which colleague is it?', de: 'Welcher Kollege?' }] },
    { id: 'guests', kind: 'embedded', label: 'Guests' },
  ],
  mail: { kind: 'capture' },
  factors: { questions: { setUp: 3, pool: ids.map((id) => ({ id, en: `What is the first ${id}?`, de: `Wie heißt das erste (${id})?` })) } },
});
const account = { login: 'aschmidt', displayName: 'Ann Schmidt-Öz', givenName: 'Ann', surname: 'Schmidt-Öz' } as Account;
const GOOD: GivenAnswer[] = [
  { question: 'street', answer: 'Lindenallee' },
  { question: 'teacher', answer: 'Frau Vogelsang' },
  { question: 'dish', answer: 'Grünkohl' },
];
const judge = (given: GivenAnswer[]) =>
  judgeAnswers(configuration.factors.questions, offeredQuestions(configuration, 'people', 'en'), account, given);
const second = (answer: string, question = 'teacher') => judge([GOOD[0], { question, answer }, GOOD[2]] as GivenAnswer[]);

describe('answers to questions', () => {
  it('are taken as many as are asked for', () => {
    expect(judge(GOOD)).toEqual([]);
    expect(judge(GOOD.slice(1))).toEqual([{ question: null, reason: 'count' }]);
    expect(judge([])).toEqual([{ question: null, reason: 'count' }]);
  });

  it.each([
    ['…a…!', 'too-short'],
    ['x'.repeat(201), 'too-long'],
    ['LINDEN-ALLEE', 'same-answer'],
    ['What is the first teacher?', 'holds-question'],
    ['the first teacher', 'holds-question'],
    ['Ann and the dog', 'holds-name'],
    ['aunt Schmidt', 'holds-name'],
    ['grosseschmidts', 'holds-name'],
    ['ASCHMIDT', 'holds-name'],
  ])('%j is refused: %s', (answer, reason) => {
    expect(second(answer)).toEqual([{ question: 'teacher', reason }]);
  });

  it('may hold a short name within a word', () => {
    expect(second('Hannover')).toEqual([]);
  });

  it('are to different questions of the pool', () => {
    expect(second('Vogelsang', 'street')).toEqual([{ question: 'street', reason: 'twice' }]);
    expect(second('Vogelsang', 'nowhere')).toEqual([{ question: 'nowhere', reason: 'unknown' }]);
    expect(second('Vogelsang', 'own')).toEqual([]);
  });

  it('are asked in the language of the reader, and as they were where the pool has changed', () => {
    expect(offeredQuestions(configuration, 'people', 'de').map(({ id }) => id)).toEqual([...ids, 'own']);
    expect(offeredQuestions(configuration, 'guests', 'de').map(({ id }) => id)).toEqual(ids);
    const kept = { id: 'dish', text: 'What is the first dish?', language: 'en' };
    const german = { id: 'dish', text: 'Wie heißt das erste (dish)?', language: 'de' };
    expect(shownQuestion(configuration, 'guests', kept, 'de')).toEqual(german);
    for (const old of [
      { ...kept, text: 'What was it?' },
      { ...kept, id: 'gone' },
    ])
      expect(shownQuestion(configuration, 'guests', old, 'de')).toEqual(old);
    // A question of its own directory alone.
    const own = { id: 'own', text: 'Which colleague is it?', language: 'en' };
    expect(shownQuestion(configuration, 'people', own, 'de').language).toBe('de');
    expect(shownQuestion(configuration, 'guests', own, 'de')).toEqual(own);
  });
});
