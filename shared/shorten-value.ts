/** Characters of one value that are shown: an image has more than anybody reads. */
const LONGEST = 4000;

/** A text to be read; of a very long one its beginning, and how many characters it has. */
export function shortenText(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, 60)}… (${text.length})`;
}

/** A value as JSON, likewise. */
export function shortenValue(value: unknown): string {
  return shortenText(JSON.stringify(value));
}
