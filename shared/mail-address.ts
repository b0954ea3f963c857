/**
 * One mailbox without quoting, comments or lists. RFC 5321 would allow more in a quoted local part; nobody's directory
 * holds that, and each of the excluded characters can turn one recipient into two or start a new header line.
 */
const ADDRESS = /^[^\p{C}\p{Z}<>()[\]\\,;:"@]{1,64}@[^\p{C}\p{Z}<>()[\]\\,;:"@]{1,253}$/u;

/** Whether a text names exactly one mailbox, and carries neither a second recipient nor a header line. */
export function isMailAddress(text: string): boolean {
  return ADDRESS.test(text);
}
