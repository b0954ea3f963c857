/** Keyboards whose rows are sequences; the alphabet and the digits always are. */
export const KEYBOARD_LAYOUTS = ['qwerty', 'qwertz', 'azerty'] as const;
export type KeyboardLayout = (typeof KEYBOARD_LAYOUTS)[number];

const ALWAYS = ['abcdefghijklmnopqrstuvwxyz', '01234567890'];
const ROWS: Record<KeyboardLayout, readonly string[]> = {
  qwerty: ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'],
  qwertz: ['qwertzuiopü', 'asdfghjklöä', 'yxcvbnm'],
  azerty: ['azertyuiop', 'qsdfghjklm', 'wxcvbn'],
};

/**
 * Length of the longest run that follows the alphabet, the digits (0 is beside 1 and beside 9) or a row of a keyboard,
 * forwards or backwards, whatever the case.
 */
export function longestSequence(password: string, layouts: readonly KeyboardLayout[]): number {
  const pairs = neighbours([...ALWAYS, ...layouts.flatMap((layout) => ROWS[layout])]);
  const characters = [...password].map((character) => character.toLowerCase());
  let longest = characters.length === 0 ? 0 : 1;
  let runs = new Map<string, number>();
  for (const [index, character] of characters.entries()) {
    const continued = new Map<string, number>();
    for (const row of pairs.get(`${characters[index - 1] ?? ''}${character}`) ?? []) {
      const length = (runs.get(row) ?? 1) + 1;
      continued.set(row, length);
      longest = Math.max(longest, length);
    }
    runs = continued;
  }
  return longest;
}

/** Which rows, and in which direction, have two characters side by side. */
function neighbours(rows: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (pair: string, row: string): void => {
    found.set(pair, [...(found.get(pair) ?? []), row]);
  };
  for (const [number, row] of rows.entries()) {
    const characters = [...row];
    for (let index = 1; index < characters.length; index += 1) {
      add(`${characters[index - 1]}${characters[index]}`, `${number}+`);
      add(`${characters[index]}${characters[index - 1]}`, `${number}-`);
    }
  }
  return found;
}

/** Reads the layouts of a rule's params: names with spaces between them. */
export function readLayouts(value: unknown): KeyboardLayout[] {
  const named = typeof value === 'string' ? value.split(' ') : [];
  return KEYBOARD_LAYOUTS.filter((layout) => named.includes(layout));
}
