import { loadPhoneTexts } from '../texts.ts';
import { useTexts } from '../use-texts.ts';

/** Whether the words of pages that let a phone in are there, in the language that is read now. */
export function usePhoneTexts(): boolean {
  return useTexts(loadPhoneTexts);
}
