import { useTranslation } from 'react-i18next';
import { useKinds } from '../use-kinds.ts';
import { SCHEMA_LANGUAGE } from './setting-context.ts';
import { wordsOf } from './setting-schema.ts';

/** What a setting may be, in words. `lang`: undefined: the language of the page, which has words of its own for it. */
export interface OptionWords {
  readonly words: string;
  readonly lang: string | undefined;
}

/** Where the texts of the administration have words for what a setting may be. */
const NAMED = ['permission', 'goal', 'client'] as const;

/** The words for what a setting may be: those that the other pages have for it, or the ones that its name in the document is made of. */
export function useOptionWords(): (option: string) => OptionWords {
  const { t, i18n } = useTranslation('admin');
  const kinds = useKinds();
  return (option) => {
    const own = (words: string) => ({ words, lang: undefined });
    if (option === 'password' || i18n.exists(`kind.${option}`, { ns: 'me' })) return own(kinds([option]));
    const named = NAMED.map((name) => `${name}.${option}`).find((key) => i18n.exists(key, { ns: 'admin' }));
    return named === undefined ? { words: wordsOf(option), lang: SCHEMA_LANGUAGE } : own(t(named as 'goal.sign-in'));
  };
}
