/** Sets of characters that rules of an organisation name. They overlap: `letter` holds three of the others. */
export const CHARACTER_SETS = ['upper', 'lower', 'other-letter', 'letter', 'digit', 'special'] as const;
export type CharacterSet = (typeof CHARACTER_SETS)[number];

/**
 * By Unicode general category. `other-letter`: letters without case (Chinese, Arabic ...). `special`: punctuation,
 * symbols (emoji too) and spaces. Marks and invisible characters are in none: they belong to the character before them.
 */
const MEMBERS: Record<CharacterSet, RegExp> = {
  upper: /^[\p{Lu}\p{Lt}]$/u,
  lower: /^\p{Ll}$/u,
  'other-letter': /^[\p{Lo}\p{Lm}]$/u,
  letter: /^\p{L}$/u,
  digit: /^\p{Nd}$/u,
  special: /^[\p{P}\p{S}\p{Zs}]$/u,
};

/** How many of the sets occur in a password. */
export function countSets(password: string, sets: readonly CharacterSet[]): number {
  const characters = [...new Set(password)];
  return sets.filter((set) => characters.some((character) => MEMBERS[set].test(character))).length;
}

/** Whether the first or last character is in one of the sets; the marks and joiners that belong to it are not looked at. */
export function standsIn(password: string, end: 'first' | 'last', sets: readonly CharacterSet[]): boolean {
  const characters = [...password].filter((character) => !/^[\p{M}\p{Cf}]$/u.test(character));
  const character = end === 'first' ? characters[0] : characters.at(-1);
  return character !== undefined && sets.some((set) => MEMBERS[set].test(character));
}

/** Reads the sets of a rule's params: names with spaces between them. Names that are not known are left out. */
export function readSets(value: unknown): CharacterSet[] {
  const named = typeof value === 'string' ? value.split(' ') : [];
  return CHARACTER_SETS.filter((set) => named.includes(set));
}
