/** Control characters but line breaks and tabs, and marks that embed, override or isolate a direction (UAX #9 2). */
const COMMANDS = /[\u202A-\u202E\u2066-\u2069]|(?![\n\t])\p{Cc}/gu;
/** The same, and whatever ends a line. */
const ANY = /[\u202A-\u202E\u2066-\u2069\p{Cc}\p{Zl}\p{Zp}]+/gu;

/**
 * A text for the terminal. What directories, browsers and other machines have said stands in it: none of it commands the terminal, so that a
 * name cannot hide what stands beside it (CWE-150). Written as JSON escapes them, so that JSON says what it said.
 */
export function plainText(text: string): string {
  return text.replace(COMMANDS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same for one line of a list: nothing in it looks like another line. */
export function plainLine(text: string): string {
  return text.replace(ANY, ' ');
}
