/** How often each category of 389 Directory Server's syntax check occurs. */
export interface CharacterCounts {
  readonly digits: number;
  readonly letters: number;
  readonly uppercase: number;
  readonly lowercase: number;
  /** Other ASCII, the space and control characters included. */
  readonly specials: number;
  /** Characters (not octets) outside ASCII, letters or not. */
  readonly nonAscii: number;
  /** How many of digits, uppercase, lowercase, specials and nonAscii occur. */
  readonly kinds: number;
  /** Length of the longest run of one character. */
  readonly longestRun: number;
}

/** Counts as 389 Directory Server does (`check_pw_syntax_ext`): digits and letters are those of ASCII. */
export function countCharacters(password: string): CharacterCounts {
  const characters = [...password];
  const count = (pattern: RegExp): number => characters.filter((character) => pattern.test(character)).length;
  const digits = count(/^[0-9]$/);
  const uppercase = count(/^[A-Z]$/);
  const lowercase = count(/^[a-z]$/);
  const nonAscii = count(/^\P{ASCII}$/u);
  const specials = characters.length - digits - uppercase - lowercase - nonAscii;
  return {
    digits,
    letters: uppercase + lowercase,
    uppercase,
    lowercase,
    specials,
    nonAscii,
    kinds: [digits, uppercase, lowercase, specials, nonAscii].filter((amount) => amount > 0).length,
    longestRun: longestRun(characters),
  };
}

function longestRun(characters: readonly string[]): number {
  let longest = 0;
  let run = 0;
  let previous: string | null = null;
  for (const character of characters) {
    run = character === previous ? run + 1 : 1;
    previous = character;
    longest = Math.max(longest, run);
  }
  return longest;
}
