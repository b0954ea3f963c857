/**
 * Passwords that must not reach a server, whatever its policy. null: the password may be tried.
 *
 * An empty one can mean an anonymous bind (RFC 4513 section 5.1.2). Text that is not well-formed Unicode becomes another text as UTF-8;
 * NUL ends a text for some servers (389 DS, tried), so that a shorter one would do, and one that begins with it might be taken for empty.
 */
export function unusablePassword(password: string): { refusal: 'password.too-short' | 'password.refused'; detail: string } | null {
  if (password === '') return { refusal: 'password.too-short', detail: 'empty' };
  if (!password.isWellFormed() || password.includes('\0'))
    return { refusal: 'password.refused', detail: 'not text that every sign-in can send' };
  return null;
}
