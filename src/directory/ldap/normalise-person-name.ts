/** A mail address has 254 characters at most (RFC 5321 section 4.5.3.1.3). */
const longest = 256;

const UNFIT = /[\p{Cc}\p{Cs}\\]/u;

/**
 * The one spelling of what a person types, for directories that compare names by caseIgnoreMatch with the string preparation of
 * RFC 4518: compatibility forms are the same, characters nobody sees do not count, neither do case and the number of spaces.
 *
 * Null for what cannot be a name here: nothing, control characters, a Windows domain in front.
 */
export function normalisePersonName(typed: string): string | null {
  if (UNFIT.test(typed.trim())) return null;
  const spelling = typed
    .normalize('NFKC')
    // RFC 4518 section 2.2: mapped to nothing.
    .replace(/\p{Cf}|\p{Variation_Selector}|\u034f|\ufffc/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase()
    .normalize('NFKC');
  // Compatibility forms may turn into what cannot be in a name: "﹨" is a backslash.
  return spelling === '' || spelling.length > longest || UNFIT.test(spelling) ? null : spelling;
}
