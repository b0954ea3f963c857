import { EMERGENCY_AUTHOR } from '../../../shared/emergency-author.ts';
import type { Texts } from '../ports/platform.ts';
import { kindsInWords } from './kinds-in-words.ts';
import { type MailKind, type MailParameters, NEEDS, PARTS, type Part } from './mail-parts.ts';
import { type MailTemplate, templateParts } from './mail-template.ts';
import { type MailBlock, renderHtml, renderText } from './render-mail.ts';

/**
 * Words one mail in one language. The subject holds no code and no name: it shows on locked screens. Plain text and HTML say
 * the same.
 * @param template the organisation's own words. Where they name what is not given this time, the product's are used
 */
export function composeMail(
  kind: MailKind,
  language: string,
  parameters: MailParameters,
  texts: Texts,
  timeZone: string,
  template: MailTemplate | null = null,
): { subject: string; text: string; html: string } {
  const shown = present(language, parameters, texts, timeZone);
  const sentence = (key: string) => texts.translate(language, `mail.${key}`, shown);
  const blocksOf = (part: Part): MailBlock[] => {
    if (typeof part === 'string')
      return lacks(parameters, [...(NEEDS[part] ?? []), ...(NEEDS[nuance(part, parameters)] ?? [])])
        ? []
        : [{ kind: 'paragraph', text: sentence(nuance(part, parameters)) }];
    if ('code' in part) return lacks(parameters, ['code']) ? [] : [{ kind: 'code', text: String(parameters.code) }];
    const { link } = parameters;
    // Nothing but a web address becomes something to press.
    return typeof link === 'string' && /^https?:\/\//.test(link) ? [{ kind: 'link', text: sentence(part.link), address: link }] : [];
  };
  const what = blocksOf(`${PARTS[kind][0]}`)[0]?.text;
  const own = template === null ? null : templateParts(template, PARTS[kind], { ...shown, ...(what === undefined ? {} : { what }) });
  const blocks = [...(own?.body ?? PARTS[kind]), 'frame.contact', 'frame.sender'].flatMap((part): MailBlock[] =>
    typeof part === 'object' && 'own' in part ? [{ kind: 'paragraph', text: part.own }] : blocksOf(part),
  );
  const subject = own?.subject ?? sentence(`${kind}.subject`);
  return { subject, text: renderText(blocks), html: renderHtml(language, subject, blocks) };
}

function lacks(parameters: MailParameters, names: readonly string[] = []): boolean {
  return names.some((name) => parameters[name] === undefined || parameters[name] === '');
}

/** The sentence before a code says what the code is for, the one about who asked at what, the one about a proof which kind it is. */
function nuance(key: string, parameters: MailParameters): string {
  if (key === 'factor-added.what' || key === 'factor-removed.what') return `${key}.${parameters.factor}`;
  if (key === 'authenticator-suspended.what' && parameters.factor === 'questions') return `${key}.questions`;
  if (key === 'vouch-asked.what' && parameters.helper !== undefined) return `${key}.call`;
  if (key === 'call-code.asked') return `${key}.${parameters.action}`;
  if (key === 'code.asked') return `code.asked.${parameters.goal ?? 'reset-password'}`;
  return key === 'asked' ? `asked.${parameters.client}` : key;
}

function present(language: string, parameters: MailParameters, texts: Texts, timeZone: string): Record<string, string | number> {
  const shown: Record<string, string | number> = { ...parameters };
  // `count` is what chooses between singular and plural.
  if (typeof parameters.minutes === 'number') shown.count = parameters.minutes;
  for (const name of ['author', 'other'] as const)
    if (parameters[name] === EMERGENCY_AUTHOR) shown[name] = texts.translate(language, 'mail.author.emergency', {});
  if (parameters.directory !== undefined && parameters.account !== undefined)
    shown.account = `${parameters.account} (${parameters.directory})`;
  if (parameters.kinds !== undefined) shown.kinds = kindsInWords(language, parameters.kinds, 'mail.kind', texts);
  if (parameters.happenedAt !== undefined) shown.happenedAt = inZone(language, parameters.happenedAt, timeZone);
  if (parameters.endsAt !== undefined) shown.endsAt = inZone(language, parameters.endsAt, timeZone);
  if (parameters.countsFrom !== undefined) shown.countsFrom = inZone(language, parameters.countsFrom, timeZone);
  if (parameters.askedAt !== undefined) shown.askedAt = inZone(language, parameters.askedAt, timeZone);
  return shown;
}

interface TimeFormats {
  time: Intl.DateTimeFormat;
  zone: Intl.DateTimeFormat;
}

/** Kept by language and zone, of which there are few: making one takes longer than all the rest of a mail. */
const formats = new Map<string, TimeFormats>();

function formatsOf(language: string, timeZone: string): TimeFormats {
  const key = `${language} ${timeZone}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = {
    time: new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', hourCycle: 'h23', timeZone }),
    zone: new Intl.DateTimeFormat(language, { timeZoneName: 'long', timeZone }),
  };
  formats.set(key, made);
  return made;
}

/** A time with the name of its zone: a mail is read anywhere, and the time is to be compared with a clock. */
function inZone(language: string, time: string | number, timeZone: string): string {
  const { time: written, zone } = formatsOf(language, timeZone);
  const date = new Date(time);
  const name = zone.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
  return `${written.format(date)} (${name})`;
}
