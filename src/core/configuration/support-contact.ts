import type { Configuration } from './document.ts';
import { ownText } from './own-text.ts';

/** Whom people may ask, in a language: the text for it, else the one of the organisation's own language, else any. */
export function supportContact({ organisation }: Pick<Configuration, 'organisation'>, language: string): string {
  const { supportContact: contact, defaultLanguage } = organisation;
  if (typeof contact === 'string') return contact;
  return ownText(contact, language, defaultLanguage);
}
