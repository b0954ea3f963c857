/** Longest identifier that is looked at; a mail address has 254 characters at most (RFC 5321 4.5.3.1.3). */
const longest = 256;

/**
 * The one spelling of a login, mail address or employee number in an embedded directory: NFC, lower case, no space around it.
 * Null for what no account here can be called: nothing, control characters, a Windows domain in front.
 */
export function normaliseLogin(typed: string): string | null {
  const spelling = typed.normalize('NFC').trim().toLowerCase().normalize('NFC');
  if (spelling === '' || spelling.length > longest) return null;
  return /[\p{Cc}\p{Cs}\\]/u.test(spelling) ? null : spelling;
}
