/** Characters of a name: with more, a message of ours would be somebody's own. */
const LONGEST = 80;

/** Whatever becomes a link has a full stop or a colon with no space behind it. Names of the Internet know three more full stops (RFC 3490 3.1). */
const BEFORE_MORE = /[.:\u3002\uff0e\uff61](?=\S)/gu;

/** Whether mail programs and phones may find a link in a text. */
export function mayHoldLink(text: string): boolean {
  return text.search(BEFORE_MORE) !== -1;
}

/**
 * What somebody calls themselves, fit for a message of ours to somebody else. People write their own names in many directories, and who
 * gets the message trusts what is in it: a name is one line, no longer than names are, and nothing that mail programs and phones make a link of.
 */
export function toldName(displayName: string): string {
  const line = displayName.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  const plain = line.replace(BEFORE_MORE, '$& ');
  const characters = [...plain];
  return characters.length > LONGEST
    ? `${characters
        .slice(0, LONGEST - 1)
        .join('')
        .trimEnd()}…`
    : plain;
}
