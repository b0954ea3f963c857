/**
 * A text without the case of its letters, for comparing parts of it. One character after the other, because the small form of a whole text
 * depends on what stands beside: a capital sigma at an end becomes another letter than in the middle (Unicode, section 3.13, Final_Sigma),
 * and what is contained would not be found. By way of the capital, as there are letters with several small forms (ς and σ, ı and i).
 */
export function foldCase(text: string): string {
  return Array.from(text, foldCharacter).join('');
}

/** {@link foldCase} of one character; sometimes several (ß). */
export function foldCharacter(character: string): string {
  return character.toUpperCase().toLowerCase();
}
