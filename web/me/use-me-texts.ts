import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { loadMeTexts } from '../texts.ts';

/** Whether the words of the pages for who is signed in are there, in the language that is read now. */
export function useMeTexts(): boolean {
  const { i18n } = useTranslation();
  const [loaded, setLoaded] = useState('');
  useEffect(() => {
    void loadMeTexts(i18n.language).then(() => setLoaded(i18n.language));
  }, [i18n.language]);
  return loaded === i18n.language;
}
