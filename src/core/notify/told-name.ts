/** Characters of a name: with more, a message of ours would be somebody's own. */
const LONGEST = 80;

/**
 * What somebody calls themselves, fit for a message of ours to somebody else. People write their own names in many directories, and who
 * gets the message trusts what is in it: a name is one line, no longer than names are, and nothing that mail programs and phones make a link of.
 */
export function toldName(displayName: string): string {
  const line = displayName.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  // Whatever becomes a link has a full stop or a colon with no space behind it. Names of the Internet know three more full stops (RFC 3490 3.1).
  const plain = line.replace(/[.:\u3002\uff0e\uff61](?=\S)/gu, '$& ');
  const characters = [...plain];
  return characters.length > LONGEST
    ? `${characters
        .slice(0, LONGEST - 1)
        .join('')
        .trimEnd()}…`
    : plain;
}
