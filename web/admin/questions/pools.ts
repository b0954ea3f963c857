import { isGroup, type Json } from '../configuration/setting-schema.ts';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A question as it stands in a document, whatever of it is missing. */
export interface PooledQuestion {
  readonly id: string;
  readonly texts: Readonly<Partial<Record<Language, string>>>;
  readonly retired: boolean;
}

/** Questions for everybody, or for the people of one directory. */
export interface Pool {
  /** Id of the directory; null: for everybody. */
  readonly directory: string | null;
  readonly label: string;
  readonly questions: readonly PooledQuestion[];
}

/** The pools of a document: the one for everybody, then those of each directory. */
export function poolsOf(document: Json): Pool[] {
  const factors = partOf(document, 'factors');
  const questions = partOf(factors, 'questions');
  return [
    { directory: null, label: '', questions: questionsIn(partOf(questions, 'pool')) },
    ...directoriesOf(document).map((directory) => ({
      directory: textOf(directory, 'id'),
      label: textOf(directory, 'label'),
      questions: questionsIn(partOf(directory, 'questions')),
    })),
  ];
}

/** The document with other questions in one of its pools; everything else stays as it is. */
export function withPool(document: Json, directory: string | null, questions: readonly PooledQuestion[]): Json {
  const all = questions.map(({ id, texts, retired }): Json => ({ id, ...texts, ...(retired ? { retired } : {}) }));
  const group = isGroup(document) ? document : {};
  if (directory === null) {
    const factors = partOf(document, 'factors');
    const before = partOf(factors, 'questions');
    return { ...group, factors: { ...(isGroup(factors) ? factors : {}), questions: { ...(isGroup(before) ? before : {}), pool: all } } };
  }
  const directories = directoriesOf(document).map((each) =>
    isGroup(each) && textOf(each, 'id') === directory ? { ...each, questions: all } : each,
  );
  return { ...group, directories };
}

function questionsIn(pool: Json | undefined): PooledQuestion[] {
  return (Array.isArray(pool) ? pool : []).map((each) => ({
    id: textOf(each, 'id'),
    texts: Object.fromEntries(LANGUAGES.flatMap((language) => (textOf(each, language) === '' ? [] : [[language, textOf(each, language)]]))),
    retired: partOf(each, 'retired') === true,
  }));
}

function directoriesOf(document: Json): readonly Json[] {
  const directories = partOf(document, 'directories');
  return Array.isArray(directories) ? directories : [];
}

function partOf(value: Json | undefined, name: string): Json | undefined {
  return isGroup(value) ? value[name] : undefined;
}

function textOf(value: Json | undefined, name: string): string {
  const text = partOf(value, name);
  return typeof text === 'string' ? text : '';
}
