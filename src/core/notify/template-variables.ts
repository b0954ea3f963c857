import { isolated } from '../../../shared/isolated.ts';
import { nearest } from '../configuration/nearest.ts';

/** A variable of a template, or what looks like one. */
const VARIABLE = /\{\{([^{}]*)\}\}/g;

/** The variables that a text names, each as often as it does. */
export function namedVariables(text: string): string[] {
  return [...text.matchAll(VARIABLE)].map(([, name = '']) => name.trim());
}

/**
 * A text with its variables replaced.
 * @param given the values, as they are shown
 * @returns null when a variable has no value this time: half a sentence is worse than another one
 */
export function fillVariables(text: string, given: Readonly<Record<string, string | number>>): string | null {
  let complete = true;
  const filled = text.replace(VARIABLE, (_variable, name: string) => {
    const value = given[name.trim()];
    if (value === undefined || value === '') complete = false;
    // `what` is a sentence of ours, in which everything is isolated already.
    return name.trim() === 'what' ? String(value) : isolated(String(value));
  });
  return complete ? filled : null;
}

/** What is wrong with the variables of a text, each with its place. @param note what is said before the list of those that there are */
export function wrongVariables(text: string, known: readonly string[], note?: string): string[] {
  const list = `${note ?? 'There are'}: ${known.map((name) => `{{${name}}}`).join(', ')}`;
  const unknown = [...text.matchAll(VARIABLE)].flatMap((match) => {
    const name = (match[1] ?? '').trim();
    if (known.includes(name)) return [];
    const meant = nearest(name, known);
    return [`${placeOf(text, match.index)}: there is no {{${name}}} here${meant === null ? '.' : `; did you mean {{${meant}}}?`} ${list}`];
  });
  // Blanked and not cut out, so that places stay.
  const left = text.replace(VARIABLE, (found) => ' '.repeat(found.length));
  const broken = [...left.matchAll(/\{\{|\}\}/g)].map(
    ({ 0: braces, index }) =>
      `${placeOf(text, index)}: ${braces} ${braces === '{{' ? 'opens a variable that does not end' : 'ends a variable that was not opened'}. A variable is written {{name}}`,
  );
  return [...unknown, ...broken];
}

/** Where a character stands, counted as editors do. */
export function placeOf(text: string, index: number): string {
  const before = text.slice(0, index).split('\n');
  return `Line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}
