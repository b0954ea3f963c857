import { prepareString } from './prepared-string.ts';

/** A mail address has 254 characters at most (RFC 5321 section 4.5.3.1.3). */
const longest = 256;

const UNFIT = /[\p{Cc}\p{Cs}]/u;

/**
 * The one spelling of what a person types, for directories that compare names by caseIgnoreMatch with the string preparation of
 * RFC 4518: compatibility forms are the same, characters nobody sees do not count, neither do case and the number of spaces.
 *
 * A configured prefix (`EXAMPLE\user`, as Windows shows it) is taken off; any other backslash is part of the name.
 *
 * Null for what cannot be a name here: nothing, control characters.
 */
export function normalisePersonName(typed: string, prefixes: readonly string[] = []): string | null {
  if (UNFIT.test(typed.trim())) return null;
  const spelling = withoutPrefix(prepareString(typed), prefixes);
  return spelling === '' || spelling.length > longest ? null : spelling;
}

/** The name behind a configured prefix, in the spelling it was given in. */
export function withoutPrefix(name: string, prefixes: readonly string[]): string {
  const parts = /^\s*([^\\﹨＼]*)[\\﹨＼](.*)$/su.exec(name);
  if (parts === null) return name;
  const [, prefix = '', rest = ''] = parts;
  return prefixes.some((known) => prepareString(known) === prepareString(prefix)) ? rest.trim() : name;
}
