/** Letters that are read from right to left, and marks that turn the direction of what follows (UAX #9). */
const TURNS = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Bidi_Control}]/u;
/** Marks that open or close an embedding, an override or an isolate. */
const MARKS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * What somebody chose, made fit to stand within a sentence of ours: a name in another direction, or one with a mark in it, turns nothing
 * around that stands beside it (UAX #9 3.1.1: FSI and PDI). Everything else stays as it is.
 */
export function isolated(text: string): string {
  return TURNS.test(text) ? `\u2068${text.replace(MARKS, '')}\u2069` : text;
}
