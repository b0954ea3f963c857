import type { Configuration } from './document.ts';

/** Whom people may ask, in a language: the text for it, else the one of the organisation's own language, else any. */
export function supportContact({ organisation }: Pick<Configuration, 'organisation'>, language: string): string {
  const { supportContact: contact, defaultLanguage } = organisation;
  if (typeof contact === 'string') return contact;
  const texts = new Map(Object.entries(contact));
  return texts.get(language) ?? texts.get(defaultLanguage) ?? [...texts.values()][0] ?? '';
}
