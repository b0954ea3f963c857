/**
 * The one form in which a new password is measured, judged and handed to a directory: Unicode Normalization Form C.
 *
 * A keyboard that sends "e" and a combining accent and one that sends "é" thereby give the same password
 * (NIST SP 800-63B-4, 3.1.1.2; RFC 8265, 4.2.2). Directories store what they are sent, so whoever writes a new password
 * must send this form. A current password that is only checked is sent as typed: it may have been set elsewhere.
 */
export function normalisePassword(password: string): string {
  return password.normalize('NFC');
}
