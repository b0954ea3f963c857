import { foldCase } from './fold-case.ts';

/** Folding may make what the next round folds further; no text that is known takes more than two. */
const ROUNDS = 4;

/**
 * An answer to a question as it was meant, so that people need not remember how they once typed it. The rule, in this order, until nothing
 * changes any more:
 *
 * 1. NFKC (Unicode 15, UAX #15): the same letters typed on other keyboards are the same.
 * 2. What nobody sees is left out: characters that are ignored by default, control characters.
 * 3. Small letters of capitals of each character (ß and SS become ss), without regard to language and place in the word.
 * 4. Each run of white space and punctuation becomes one space; none at the beginning and the end.
 *
 * The same for page and server.
 */
export function normaliseAnswer(text: string): string {
  let normal = text;
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = normaliseOnce(normal);
    if (next === normal) break;
    normal = next;
  }
  return normal;
}

function normaliseOnce(text: string): string {
  const seen = text
    .normalize('NFKC')
    .replace(/[\t\n\v\f\r]/g, ' ')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]/gu, '');
  return foldCase(seen)
    .normalize('NFKC')
    .replace(/[\s\p{P}]+/gu, ' ')
    .trim();
}
