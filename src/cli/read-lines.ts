/** Longer than any line with one person in it. */
const LONGEST = 65_536;

/** One line of a text, counted from 1; `text` is null for one that is too long to be kept. */
export interface Line {
  readonly number: number;
  readonly text: string | null;
}

/** Lines of a text that comes in pieces, ended by LF or CRLF. Keeps one line at most, and of one that is too long nothing. */
export async function* readLines(pieces: AsyncIterable<string>): AsyncGenerator<Line> {
  let rest = '';
  let number = 0;
  let isTooLong = false;
  const line = (text: string): Line => {
    number += 1;
    const kept = isTooLong || text.length > LONGEST ? null : text.replace(/\r$/, '');
    isTooLong = false;
    return { number, text: kept };
  };
  for await (const piece of pieces) {
    const [first = '', ...others] = piece.split('\n');
    rest += first;
    for (const next of others) {
      yield line(rest);
      rest = next;
    }
    if (rest.length > LONGEST) {
      isTooLong = true;
      rest = '';
    }
  }
  if (rest !== '' || isTooLong) yield line(rest);
}
