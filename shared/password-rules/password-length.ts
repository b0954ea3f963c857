import type { LengthUnit } from './password-rule.ts';

/** The length of a text as a directory counts it. A surrogate without its partner counts as the U+FFFD it becomes in UTF-8. */
export function passwordLength(password: string, unit: LengthUnit): number {
  switch (unit) {
    case 'utf16-units':
      return password.length;
    case 'octets':
      return new TextEncoder().encode(password).length;
    case 'code-points':
      return [...password].length;
  }
}

/** At most so many of `of` are in one `unit`: a code point is one or two UTF-16 units and one to four octets. */
const MOST: Record<LengthUnit, Record<LengthUnit, number>> = {
  'code-points': { 'code-points': 1, 'utf16-units': 2, octets: 4 },
  'utf16-units': { 'code-points': 1, 'utf16-units': 1, octets: 3 },
  octets: { 'code-points': 1, 'utf16-units': 1, octets: 1 },
};

/** A text of `minimum` units is never shorter than this many of the other unit. */
export function leastLength(minimum: number, unit: LengthUnit, of: LengthUnit): number {
  return Math.ceil(minimum / MOST[of][unit]);
}

/** A text of `maximum` units is never longer than this many of the other unit. */
export function greatestLength(maximum: number, unit: LengthUnit, of: LengthUnit): number {
  return maximum * MOST[unit][of];
}
