import { normalisePassword } from '../../shared/password-rules/normalise-password.ts';
import { passwordLength } from '../../shared/password-rules/password-length.ts';
import type { LengthUnit } from '../../shared/password-rules/password-rule.ts';

export interface PasswordRecipe {
  /** The same seed gives the same passwords. */
  readonly seed: number;
  readonly count: number;
  /** Minimum length in force: most passwords lie around it. */
  readonly minimumLength: number;
  readonly lengthUnit: LengthUnit;
  /** Parts of the person's names, some of which are put into passwords. */
  readonly names: readonly string[];
}

/** Characters that directories are known to see differently, by what they have in common. */
const alphabets: readonly string[][] = [
  ['abcdefghijklmnopqrstuvwxyz'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ['0123456789'],
  ['~!@#$%^&*_-+=`|\\(){}[]:;"\'<>,.?/'],
  [' '],
  ['äöüéñçøåšž'],
  ['ÄÖÜÉÑÇØÅŠŽ'],
  // Cased by Unicode, and not by older tables.
  ['ßµƀǰɐԓᏸⲁꙁӏἀ'],
  ['İȘȚЀЍӀႠᲐⰀꙀԚ'],
  ['αβγωЯЖяжѓЂ'],
  ['ǅǈǋǲᾈᾘ'],
  // Letters without case, digits of other scripts, signs.
  ['日本語漢字かなカナ한글'],
  ['אבגءابتไทยहिन्दी'],
  ['٠١٢٣४५六Ⅷⅷ①'],
  ['€£¥¢§©®°…–—„“'],
  ['ＡＢａｂ１２！'],
  ['\u00a0\u2003\u200b\u200d\ufeff\u3000'],
  // Marks that join what stands before them.
  ['\u0301\u0308\u0327\u0323\u20dd\ufe0f'],
  // Beyond U+FFFF: two UTF-16 units, four octets; the last ones have case.
  ['😀🎉🔑🧑🏽🇩🇪', '𝒜𝟘𠀀𐍈', '𐐀𐐨𞤀𞤢'],
  ['\u0001\t\u001b\u007f\u0085'],
];
const beyondBmp = alphabets.find((alphabet) => alphabet.includes('𐐀𐐨𞤀𞤢')) ?? [];
const [lower = [], upper = [], digits = [], specials = [], , accented = []] = alphabets;

/**
 * Passwords that try the edges of a policy: lengths at, just below and just above the minimum in several units, two,
 * three and more kinds of character, many scripts, names, doubled letters, control characters. No two are the same.
 * What Keyturn itself never sends (NUL, half surrogates, `{scheme}`) is left out.
 */
export function generatePasswords(recipe: PasswordRecipe): string[] {
  const random = createRandom(recipe.seed);
  const made = new Set<string>();
  while (made.size < recipe.count) {
    const password = normalisePassword(generateOne(recipe, random));
    if (password !== '' && !/^\{[\w./-]+\}/.test(password)) made.add(password);
  }
  return [...made];
}

interface SeededRandom {
  below(limit: number): number;
  pick<T>(choices: readonly T[]): T;
}

function generateOne(recipe: PasswordRecipe, random: SeededRandom): string {
  const length = random.pick([
    ...around(recipe.minimumLength),
    ...around(recipe.minimumLength),
    recipe.minimumLength - 4,
    recipe.minimumLength + 8,
    60,
  ]);
  const unit = random.pick<LengthUnit>([recipe.lengthUnit, recipe.lengthUnit, 'code-points', 'octets']);
  switch (random.below(12)) {
    case 0:
    case 1:
      return ofAlphabets(random, length, unit, manyOf(random, [lower, upper, digits, specials], 2));
    case 2:
      return ofAlphabets(random, length, unit, [lower, upper, digits]);
    case 3:
      // Two kinds and a single character that makes a third, or does not.
      return insert(random, ofAlphabets(random, length, unit, [lower, digits]), random.pick([...random.pick(alphabets).join('')]));
    case 4:
      return insert(random, ofAlphabets(random, length, unit, [lower, upper, digits, specials]), changeCase(random, name(recipe, random)));
    case 5:
      return insert(
        random,
        ofAlphabets(random, length, unit, [lower, upper, digits]),
        random.pick(['a', '!', '日', '😀']).repeat(2 + random.below(4)),
      );
    case 6:
      // Enough of everything for a strict policy, or nearly.
      return ofAlphabets(random, length, unit, [upper, digits, specials, accented, upper, digits, lower, lower, lower]);
    case 7:
    case 8:
      // As long as asked for in one unit and not in another.
      return ofAlphabets(random, length, unit, [lower, upper, digits, random.pick([beyondBmp, accented])]);
    default:
      return ofAlphabets(random, length, unit, manyOf(random, alphabets, 1 + random.below(4)));
  }
}

function around(minimum: number): number[] {
  return [-2, -1, 0, 1, 2].map((step) => Math.max(1, minimum + step));
}

/** Characters of the alphabets, each at least once where there is room, until the length is reached. */
function ofAlphabets(random: SeededRandom, length: number, unit: LengthUnit, choice: readonly string[][]): string {
  let password = '';
  for (let turn = 0; passwordLength(password, unit) < length; turn += 1) {
    const alphabet = turn < choice.length ? choice[turn] : random.pick(choice);
    password += random.pick([...(alphabet ?? []).join('')]);
  }
  return password;
}

function manyOf<T>(random: SeededRandom, choices: readonly T[], count: number): T[] {
  return Array.from({ length: count }, () => random.pick(choices));
}

function insert(random: SeededRandom, password: string, part: string): string {
  const characters = [...password];
  characters.splice(random.below(characters.length + 1), 0, part);
  return characters.join('');
}

/** A name, or a run of a few of its characters. */
function name(recipe: PasswordRecipe, random: SeededRandom): string {
  const characters = [...random.pick(recipe.names)];
  const from = random.below(2) === 0 ? 0 : random.below(characters.length);
  return characters.slice(from, from + 2 + random.below(characters.length)).join('');
}

function changeCase(random: SeededRandom, text: string): string {
  return random.pick([text, text.toLowerCase(), text.toUpperCase()]);
}

/** mulberry32: small, seeded, good enough to spread test data. */
function createRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick(choices) {
      const choice = choices[below(choices.length)];
      if (choice === undefined) throw new Error('nothing to pick from');
      return choice;
    },
  };
}
