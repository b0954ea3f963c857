/** Characters of one value that are shown: an image has more than anybody reads. */
const LONGEST = 4000;

/** A value as JSON, to be read; of a very long one its beginning, and how many characters it has. */
export function shortenValue(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, 60)}… (${text.length})`;
}
