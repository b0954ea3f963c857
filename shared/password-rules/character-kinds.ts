import type { LetterTable } from './password-rule.ts';
import { sambaCase } from './samba-letters.ts';

/** The five categories of MS-SAMR 3.1.1.7.2. */
export type CharacterKind = 'upper' | 'lower' | 'digit' | 'special' | 'other-letter';

/** The special characters that MS-SAMR 3.1.1.7.2 lists: all of printable ASCII but letters, digits and the space. */
const SPECIALS = new Set('~!@#$%^&*_-+=`|\\(){}[]:;"\'<>,.?/');

/**
 * The categories that occur in a password.
 *
 * With `unicode` as MS-SAMR words it: letters by their Unicode case, other letters are those without case (Chinese,
 * Arabic ...), currency signs, emoji and accents alone are none. With `samba` as Samba does it: every character outside
 * ASCII that its tables do not know as a cased letter is an "other letter", emoji and accents included.
 */
export function characterKinds(password: string, letters: Exclude<LetterTable, 'both'>): ReadonlySet<CharacterKind> {
  const kinds = new Set<CharacterKind>();
  for (const character of password) {
    const kind = asciiKind(character) ?? (letters === 'samba' ? sambaKind(character) : unicodeKind(character));
    if (kind !== null) kinds.add(kind);
  }
  return kinds;
}

function asciiKind(character: string): CharacterKind | null {
  if (character >= 'a' && character <= 'z') return 'lower';
  if (character >= 'A' && character <= 'Z') return 'upper';
  if (character >= '0' && character <= '9') return 'digit';
  return SPECIALS.has(character) ? 'special' : null;
}

function sambaKind(character: string): CharacterKind | null {
  const codePoint = character.codePointAt(0) ?? 0;
  return codePoint < 0x80 ? null : (sambaCase(codePoint) ?? 'other-letter');
}

function unicodeKind(character: string): CharacterKind | null {
  if (/\p{Lu}/u.test(character)) return 'upper';
  if (/\p{Ll}/u.test(character)) return 'lower';
  return /\p{L}/u.test(character) ? 'other-letter' : null;
}
