import { KEPT, type MailKind, NEEDS, PARTS, type Part } from './mail-parts.ts';
import { fillVariables, namedVariables, placeOf, wrongVariables } from './template-variables.ts';

/** The organisation's own words for a mail: plain text with `{{variables}}`, paragraphs parted by empty lines. */
export interface MailTemplate {
  readonly subject: string;
  readonly body: string;
}

/** What stands in words of the product alone: as it is, each is a name within the program. */
const NOT_WORDS: ReadonlySet<string> = new Set(['factor', 'action', 'goal', 'client']);

/** What becomes a block of its own, and not a part of a sentence. */
const BLOCKS: ReadonlySet<string> = new Set(['code', 'link']);

/**
 * The variables that the body of a notice may name, and those of them that it must: the code, the link, and what happened. `what` is
 * the product's sentence of it, which is different for each kind of proof and each goal.
 */
export function variablesOf(kind: MailKind): { all: readonly string[]; blocks: readonly string[]; facts: readonly string[] } {
  const parts = PARTS[kind];
  const needs = NEEDS[String(parts[0])] ?? [];
  const blocks = parts.flatMap((part) => (typeof part === 'string' ? [] : 'code' in part ? ['code'] : ['link']));
  const facts = needs.filter((name) => !NOT_WORDS.has(name));
  return { all: ['what', ...blocks, ...facts, ...(facts.includes('organisation') ? [] : ['organisation'])], blocks, facts };
}

/** Whether the product says what happened in different sentences, so that no other can stand for all of them. */
function hasOneSentence(kind: MailKind): boolean {
  const needs = NEEDS[String(PARTS[kind][0])] ?? [];
  return needs.length > 0 && needs.every((name) => !NOT_WORDS.has(name)) && kind !== 'authenticator-suspended' && kind !== 'vouch-asked';
}

/** What is wrong with the subject of a notice, each with its place. It shows on locked screens: no code, no name, no account. */
export function problemsOfSubject(subject: string): string[] {
  return wrongVariables(subject, ['organisation'], 'The subject shows on locked screens and takes no other');
}

/** What is wrong with the body of a notice, each with its place. */
export function problemsOfBody(kind: MailKind, body: string): string[] {
  const { all, blocks, facts } = variablesOf(kind);
  const named = namedVariables(body);
  const paragraphs = paragraphsOf(body);
  const misplaced = blocks.flatMap((name) => {
    const count = named.filter((each) => each === name).length;
    if (count === 0) return [`{{${name}}} is missing: write it as a paragraph of its own, with an empty line before and after it`];
    if (count > 1) return [`{{${name}}} stands ${count} times: once is enough`];
    return paragraphs.some((paragraph) => blockOf(paragraph) === name)
      ? []
      : [
          `${placeOf(body, body.search(new RegExp(`\\{\\{\\s*${name}\\s*\\}\\}`)))}: {{${name}}} has to be a paragraph of its own, with an empty line before and after it`,
        ];
  });
  const lost = facts.filter((name) => !named.includes(name));
  const silent = named.includes('what') || (hasOneSentence(kind) && lost.length === 0);
  const instead = hasOneSentence(kind) ? `, or all of ${facts.map((name) => `{{${name}}}`).join(', ')}` : '';
  return [
    ...wrongVariables(body, all),
    ...misplaced,
    ...(silent ? [] : [`Nobody would learn what happened: name {{what}}, the sentence of Keyturn${instead}`]),
  ];
}

/** Whether a text has what looks like HTML. It is shown as it stands. */
export function looksLikeHtml(text: string): boolean {
  return /<\/?[a-z][^<>]*>|&[a-z]+;/i.test(text);
}

function paragraphsOf(body: string): string[] {
  return body
    .replaceAll('\r\n', '\n')
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');
}

/** The block that a paragraph is; undefined when it is sentences. */
function blockOf(paragraph: string): string | undefined {
  const name = /^\{\{\s*(\w+)\s*\}\}$/.exec(paragraph)?.[1];
  return name !== undefined && BLOCKS.has(name) ? name : undefined;
}

/**
 * Puts a template together with what the product keeps of a mail.
 * @param given the values, as they are shown
 * @returns null when a variable has no value this time: half a sentence is worse than another one
 */
export function templateParts(
  { subject, body }: MailTemplate,
  parts: readonly Part[],
  given: Readonly<Record<string, string | number>>,
): { subject: string; body: (Part | { own: string })[] } | null {
  let complete = true;
  const filled = (text: string) => {
    const done = fillVariables(text, given);
    if (done === null) complete = false;
    return done ?? '';
  };
  const withBlock = (name: string): Part[] => {
    const at = parts.findIndex((part) => typeof part === 'object' && name in part);
    const before = parts[at - 1];
    const block = parts[at];
    if (block === undefined) return [];
    return name === 'link' && typeof before === 'string' && KEPT.has(before) ? [before, block] : [block];
  };
  const own = paragraphsOf(body).flatMap((paragraph): (Part | { own: string })[] => {
    const block = blockOf(paragraph);
    return block === undefined ? [{ own: filled(paragraph) }] : withBlock(block);
  });
  const kept = parts.filter((part) => typeof part === 'string' && KEPT.has(part) && !own.includes(part));
  const title = filled(subject);
  return complete ? { subject: title, body: [...own, ...kept] } : null;
}
