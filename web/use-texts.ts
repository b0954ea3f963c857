import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Whether more words are there, in the language that is read now. @param load always the same function */
export function useTexts(load: (language: string) => Promise<void>): boolean {
  const { i18n } = useTranslation();
  const [loaded, setLoaded] = useState('');
  useEffect(() => {
    void load(i18n.language).then(() => setLoaded(i18n.language));
  }, [load, i18n.language]);
  return loaded === i18n.language;
}
