/**
 * What to do about a problem, as one text: a sentence, and after it, each on a line of its own, what is to be pasted as it stands
 * (commands, access rules). The two never mix, since a full stop or a quotation mark around a command is pasted with it.
 */
export function withLines(sentence: string, ...lines: readonly string[]): string {
  return [sentence, ...lines].join('\n');
}

export interface FixParts {
  /** Without its full stop. */
  readonly sentence: string;
  readonly lines: readonly string[];
}

/** The parts of a text that `withLines` made, or of a plain sentence. */
export function fixParts(fix: string): FixParts {
  const [sentence = '', ...lines] = fix.split('\n');
  return { sentence: sentence.replace(/\.$/, ''), lines };
}

/** A fix as it is printed below what it mends: the sentence, then what is to be pasted on lines of their own. */
export function printedFix({ sentence, lines }: FixParts, indent: string): string[] {
  return [`${indent}Fix: ${sentence}${lines.length === 0 ? '.' : ':'}`, ...lines.map((line) => `${indent}  ${line}`)];
}

/** One word of a command as a POSIX shell takes it (XCU 2.2.2: nothing is special within single quotes). */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
