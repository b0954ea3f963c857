import { isGroup, type Json } from './setting-schema.ts';

/** Words as they were typed so far, whatever of them is missing, each of one notice, language and directory once: two are refused when they are checked, and the last is shown. */
export function wordsTyped<Name extends string>(
  value: Json | undefined,
  part: string,
  names: readonly Name[],
): { key: string; about: string; words: Record<'notice' | 'language' | Name, string> & { directory?: string } }[] {
  const all = isGroup(value) && Array.isArray(value[part]) ? value[part] : [];
  const typed = all.map((each) => {
    const group = isGroup(each) ? each : {};
    const text = (name: string) => (typeof group[name] === 'string' ? group[name] : '');
    const words = Object.fromEntries(['notice', 'language', ...names].map((name) => [name, text(name)]));
    const directory = text('directory');
    return { ...words, ...(directory === '' ? {} : { directory }) } as Record<'notice' | 'language' | Name, string> & {
      directory?: string;
    };
  });
  const byKey = new Map(typed.map((words) => [[words.notice, words.language, words.directory ?? ''].join(' '), words]));
  return [...byKey].map(([key, words]) => ({
    ...{ key, words },
    about: [words.notice, words.language, words.directory].filter((each) => each !== undefined).join(', '),
  }));
}
