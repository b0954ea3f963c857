/**
 * A code as it was meant: digits of any script are digits (Unicode 16, general category Nd), and what people and programs put
 * between or around them is left out: spaces, dashes, dots, marks, and the format characters that come along when text is
 * pasted (zero-width characters, marks of direction). The same for page and server, so that neither refuses what the other takes.
 */
export function plainCode(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s\p{Pd}\p{Cf}\p{Cc}\p{M}.·_]/gu, '')
    .replace(/\p{Nd}/gu, digitOf);
}

/** Whether a text can be a code of `length` digits at all. What cannot costs no try. */
export function canBeCode(text: string, length: number): boolean {
  return new RegExp(`^[0-9]{${length}}$`).test(plainCode(text));
}

/** Decimal digits of a script stand in runs of ten, zero first, and no run begins before the one in front of it has ended (Unicode 4.6). */
function digitOf(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  let first = point;
  while (isDecimalDigit(first - 1)) first -= 1;
  return String((point - first) % 10);
}

function isDecimalDigit(point: number): boolean {
  return point >= 0 && /\p{Nd}/u.test(String.fromCodePoint(point));
}
