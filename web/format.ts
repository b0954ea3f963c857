import { currentLanguage } from './texts.ts';

/** A time as the reader's clock shows it ("14:32"), with the day when it is not today. */
export function formatTime(time: string | number): string {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(regionalLanguage(), today ? { timeStyle: 'short' } : { dateStyle: 'long', timeStyle: 'short' }).format(
    date,
  );
}

/** The page's language as the reader's region writes it: the browser knows whether "en" counts to 12 or to 24. */
function regionalLanguage(): string {
  const language = currentLanguage();
  return navigator.languages.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}

/** "Alice, Bob and Carol" in the page's language. */
export function formatList(parts: readonly string[]): string {
  return new Intl.ListFormat(currentLanguage(), { type: 'conjunction' }).format(parts);
}

/** A language's name in that language, as its speakers look for it. */
export function languageName(language: string): string {
  const name = new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}
