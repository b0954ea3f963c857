/** Of texts by language the one for a reader: in theirs, else in the organisation's, else any. */
export function ownText(texts: Readonly<Partial<Record<string, string>>>, language: string, defaultLanguage: string): string {
  const given = new Map(Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined));
  return given.get(language) ?? given.get(defaultLanguage) ?? [...given.values()][0] ?? '';
}
