import { loadMeTexts } from '../texts.ts';
import { useTexts } from '../use-texts.ts';

/** Whether the words of the pages for who is signed in are there, in the language that is read now. */
export function useMeTexts(): boolean {
  return useTexts(loadMeTexts);
}
