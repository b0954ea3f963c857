import { RE2JS } from 're2js';

/**
 * A regular expression for the whole of a text. Those of RE2 alone: no pattern and no text makes it slow, so that nobody holds up a node
 * by what they type.
 * @throws where RE2 does not understand the pattern
 */
export function wholePattern(pattern: string): { fits(text: string): boolean } {
  const compiled = RE2JS.compile(`(?:${pattern})`);
  return { fits: (text) => compiled.matches(text) };
}

/** Whether a text is such a pattern. */
export function isWholePattern(pattern: string): boolean {
  try {
    wholePattern(pattern);
    return true;
  } catch {
    return false;
  }
}
