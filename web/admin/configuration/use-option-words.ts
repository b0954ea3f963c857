import { useTranslation } from 'react-i18next';
import { useKinds } from '../use-kinds.ts';
import { SCHEMA_LANGUAGE } from './setting-context.ts';
import { wordsOf } from './setting-schema.ts';

/** Something in words. `lang`: undefined: they are in the language of the page; empty: nobody knows in which. */
export interface Words {
  readonly words: string;
  readonly lang: string | undefined;
}

/** Where the texts of the administration have words for what a setting may be. */
const NAMED = ['option', 'permission', 'goal', 'client'] as const;

/**
 * The words for what a setting may be: those that the other pages have for it, or the ones that its name in the document is made of.
 * `options`: all that the setting may be. Several things are called the same: a reset is a goal of people, and a right of agents.
 */
export function useOptionWords(): (option: string, options?: readonly string[]) => Words {
  const { t, i18n } = useTranslation('admin');
  const kinds = useKinds();
  return (option, options = [option]) => {
    const own = (words: string) => ({ words, lang: undefined });
    if (option === 'password' || i18n.exists(`kind.${option}`, { ns: 'me' })) return own(kinds([option]));
    const has = (name: string, each: string) => i18n.exists(`${name}.${each}`, { ns: 'admin' });
    const named = NAMED.find((name) => options.every((each) => has(name, each))) ?? NAMED.find((name) => has(name, option));
    return named === undefined ? { words: wordsOf(option), lang: SCHEMA_LANGUAGE } : own(t(`${named}.${option}` as 'goal.sign-in'));
  };
}
