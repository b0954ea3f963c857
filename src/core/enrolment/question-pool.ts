import type { Configuration } from '../configuration/document.ts';
import type { KeptQuestion } from './kept-questions.ts';

type Config = Pick<Configuration, 'factors' | 'directories' | 'organisation'>;
type PooledQuestion = Configuration['factors']['questions']['pool'][number];

/** A question as it is shown. `language` is the one that the text is in, for whoever reads it out. */
export interface ShownQuestion {
  readonly id: string;
  readonly text: string;
  readonly language: string;
}

/** The questions that people of a directory may choose from: those for everybody, then its own. */
export function questionsOf({ factors, directories }: Pick<Config, 'factors' | 'directories'>, directory: string): PooledQuestion[] {
  return [...factors.questions.pool, ...(directories.find(({ id }) => id === directory)?.questions ?? [])];
}

/** Those of them that can be chosen still. */
export function choosableQuestions(configuration: Pick<Config, 'factors' | 'directories'>, directory: string): PooledQuestion[] {
  return questionsOf(configuration, directory).filter(({ retired }) => !retired);
}

/**
 * The same in a language, as they are shown to whoever chooses: those that are worded in it, as long as there are enough of them to set
 * up; else all, the others in the language that they have.
 */
export function offeredQuestions(configuration: Config, directory: string, language: string): ShownQuestion[] {
  const all = choosableQuestions(configuration, directory);
  const worded = all.filter((question) => question[language as 'en' | 'de'] !== undefined);
  const offered = worded.length < configuration.factors.questions.setUp ? all : worded;
  return offered.map((question) => ({ id: question.id, ...textIn(question, language, configuration.organisation.defaultLanguage) }));
}

/**
 * A question as it is put to a person who has set it up: in their language now, as long as the pool still asks the same; as it was when
 * they answered it, where it was worded anew or taken out since. The answer was one to that.
 */
export function shownQuestion(
  configuration: Config,
  directory: string,
  { id, text, language }: Omit<KeptQuestion, 'hash'>,
  wanted: string,
): ShownQuestion {
  const question = questionsOf(configuration, directory).find((each) => each.id === id);
  const unchanged = question !== undefined && question[language as 'en' | 'de'] === text;
  return { id, ...(unchanged ? textIn(question, wanted, language) : { text, language }) };
}

function textIn(question: PooledQuestion, wanted: string, otherwise: string): { text: string; language: string } {
  const language = ([wanted, otherwise, 'en', 'de'] as const).find((each) => question[each as 'en' | 'de'] !== undefined) ?? wanted;
  return { text: question[language as 'en' | 'de'] ?? '', language };
}
