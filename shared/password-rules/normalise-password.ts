/**
 * The one form in which a password is measured, judged and handed to a directory: Unicode Normalization Form C.
 *
 * A keyboard that sends "e" and a combining accent and one that sends "é" thereby give the same password
 * (NIST SP 800-63B-4, 3.1.1.2; RFC 8265, 4.2.2). Directories store what they are sent, so whoever writes a new password
 * must send this form, and whoever checks one finds what was written so. One that another program has set in decomposed form is not
 * found: a second try in the form that was typed would count at the directory as a second wrong password, for everybody who mistypes one.
 */
export function normalisePassword(password: string): string {
  return password.normalize('NFC');
}
