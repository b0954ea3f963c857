import type { Page } from 'playwright-core';
import { CLIENT_KINDS, FACTOR_KINDS, GOALS } from '../../shared/api/journeys.ts';
import { ERRORS } from '../../shared/errors.ts';
import { PERMISSIONS, RESET_WAYS } from '../../shared/permissions.ts';

/** Names that programs have for things, and that are no words of a language. */
const CODES = [...FACTOR_KINDS, ...GOALS, ...CLIENT_KINDS, ...PERMISSIONS, ...RESET_WAYS, ...Object.keys(ERRORS)].filter(
  // What is spelled like a word may be one.
  (code) => (/[-.]/.test(code) && !['sign-in', 'step-up', 'read-back'].includes(code)) || ['totp', 'sms'].includes(code),
);

/** What nobody should have to read, with the reason. */
const PATTERNS: readonly (readonly [string, string])[] = [
  ['a value that is none', String.raw`\b(?:undefined|NaN)\b|\[object |(?<![\w-])null(?![\w-])`],
  ['a place in a list', String.raw`\[\d+\]`],
  ['a place for a value', String.raw`\{\{|\}\}`],
  ['a name of a program', String.raw`(?<![\w.@/$-])[a-z]+(?:[A-Z][a-z]+)+(?![\w@/-])`],
  ['a name of a program', String.raw`(?<![\w.@/$-])[a-z]+_[a-z_]+(?![\w@/-])`],
  ['a code', `(?<![\\w.@/$:=-])(?:${CODES.map((code) => code.replaceAll('.', '\\.')).join('|')})(?![\\w@/-]|\\.\\w)`],
  ['quotes around nothing', '„\\s*“|“\\s*”|""'],
  ['a stop after nothing', String.raw`\s[.,;](?:\s|$)|\(\s*\)`],
];
/** English words that are no German ones, and that stand in no name. */
const ENGLISH = String.raw`(?<![\w-])(?:the|and|is|are|with|your|you|not|of|to|for|from|this|that|has|have|been|cannot|yes)(?![\w-])`;

/**
 * Texts of a page that were not written for people: codes, keys, settings as programs call them, values that are none, and English on a
 * German page. Left out is what a page shows as it is written elsewhere: `code`, `pre`, what somebody has typed, and what is told in
 * another language or in any (`lang`); of that the places in lists and the missing values count all the same.
 */
export async function unreadable(page: Page): Promise<string[]> {
  return page.evaluate(
    ({ patterns, english }) => {
      const found = new Set<string>();
      const isGerman = document.documentElement.lang.startsWith('de');
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const { parentElement } = node;
        const text = (node.textContent ?? '').trim();
        if (text === '' || parentElement === null || parentElement.closest('code, pre, script, style, textarea') !== null) continue;
        // Faster than asking for the visible text of the page, and what is hidden now is read at another time.
        const isForeign = parentElement.closest('[lang]') !== document.documentElement;
        for (const [nth, [what, pattern]] of patterns.entries()) {
          if (isForeign && nth > 1) continue;
          const hit = new RegExp(pattern).exec(text)?.[0];
          if (hit !== undefined) found.add(`${what}, "${hit.trim()}": ${text.slice(0, 160)}`);
        }
        // What people have said stands between quotation marks.
        const hit = isGerman && !isForeign ? new RegExp(english).exec(text.replace(/„[^“]*“/g, ''))?.[0] : undefined;
        if (hit !== undefined) found.add(`English on a German page, "${hit}": ${text.slice(0, 160)}`);
      }
      return [...found];
    },
    { patterns: PATTERNS, english: ENGLISH },
  );
}
