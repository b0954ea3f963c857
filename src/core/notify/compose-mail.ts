import type { Texts } from '../ports/platform.ts';
import { type MailBlock, renderHtml, renderText } from './render-mail.ts';

export const MAIL_KINDS = [
  'code',
  'call-code',
  'call-page',
  'password-was-reset',
  'password-was-changed',
  'account-was-unlocked',
  'password-was-reset-for-you',
  'account-was-unlocked-for-you',
  'password-may-have-been-reset',
  'account-may-have-been-unlocked',
  'recovery-not-possible',
  'recovery-frozen',
  'call-denied',
  'helped-unverified',
  'case-taken-over',
  'helpdesk-link',
  'recovery-attempted',
  'authenticator-suspended',
  'recovery-codes-few',
  'passkey-cloned',
  'factor-added',
  'factor-removed',
  'account-linked',
  'account-unlinked',
  'emergency-made',
  'emergency-opened',
  'emergency-retired',
  'threat-raised',
  'threat-lifted',
  'enrolment-reminder',
  'vouch-asked',
  'vouch-refused',
  'user-name',
  'invitation',
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

/**
 * What a mail speaks of. Every one is optional: a sentence that needs one which is not given is left out.
 *
 * - `code`, `goal`, `minutes`: the code, what it was asked for (a `Goal`), how long it is good
 * - `account`: the account as its owner knows it; `directory`: where it is; `names`: user names, separated by commas
 * - `helper`: sign-in name of who did it for the owner; of a `call-code` or `call-page` the name of the agent
 * - `action`: what an agent is about to do (a `PersonPermission`)
 * - `factor`: the kind of proof (`FactorKind`) that was added or removed
 * - `other`: another account, that was linked or parted, or is helped, or who agreed first that a threat is over
 * - `author`, `reason`: who began an emergency on the console or declared a threat, and why
 * - `count`: how many recovery codes are left
 * - `endsAt`: until when a pass counts, `countsFrom`: from when on a new proof does; as `happenedAt`
 * - `happenedAt`: RFC 3339 or milliseconds since 1970; shown in the time zone of the organisation
 * - `askedAt`, `address`, `client`: when and from where somebody asked for it, and at what (a kind of `Client`)
 * - `link`: address of "this was not me", of an invitation, of the page of a caller who sets their own password, of the one on which callers prove who they are, or of the page on which somebody vouches, which has none. Its secret stands in the fragment, which no server is sent, and opening the page
 *   spends nothing: scanners of mails open every link
 * - `site`: where people sign in
 * - `organisation`, `contact`: whose mail it is and who helps
 */
export type MailParameters = Readonly<Record<string, string | number>>;

/** A sentence `mail.<key>`, the code on a line of its own, or the link under the sentence `mail.<key>`. */
type Part = string | { code: true } | { link: string };

const NOT_ME: readonly Part[] = ['not-me.nothing-to-do', 'not-me.explain', { link: 'not-me.link' }];

/** The same to whom something was done by somebody else who may. */
const HELPED: readonly Part[] = ['helped.nothing-to-do', 'helped.explain', { link: 'not-me.link' }];

const PARTS: Readonly<Record<MailKind, readonly Part[]>> = {
  code: ['code.asked', { code: true }, 'code.lifetime', 'asked', 'code.nobody-asks', 'code.not-you'],
  'call-code': ['call-code.asked', { code: true }, 'code.lifetime', 'call-code.called-you', 'call-code.not-you'],
  'call-page': ['call-page.what', 'call-page.how', { link: 'call-page.link' }, 'call-page.not-you'],
  'password-was-reset': ['password-was-reset.what', ...NOT_ME],
  'password-was-changed': ['password-was-changed.what', ...NOT_ME],
  'account-was-unlocked': ['account-was-unlocked.what', ...NOT_ME],
  'password-was-reset-for-you': ['password-was-reset-for-you.what', ...HELPED],
  'account-was-unlocked-for-you': ['account-was-unlocked-for-you.what', ...HELPED],
  'password-may-have-been-reset': ['password-may-have-been-reset.what', ...NOT_ME],
  'account-may-have-been-unlocked': ['account-may-have-been-unlocked.what', ...NOT_ME],
  'recovery-not-possible': ['recovery-not-possible.what', 'asked', 'recovery-not-possible.why', 'recovery-not-possible.not-you'],
  'recovery-frozen': ['recovery-frozen.what', 'recovery-frozen.next'],
  'call-denied': ['call-denied.what', 'call-denied.next'],
  'helped-unverified': ['helped-unverified.what', 'helped-unverified.next'],
  'case-taken-over': ['case-taken-over.what', 'case-taken-over.next'],
  'helpdesk-link': [
    'helpdesk-link.what',
    'helpdesk-link.how',
    { link: 'helpdesk-link.link' },
    'helpdesk-link.until',
    'helpdesk-link.nobody-asks',
  ],
  'recovery-attempted': ['recovery-attempted.what', 'recovery-attempted.nothing', 'recovery-attempted.stop', { link: 'not-me.link' }],
  'authenticator-suspended': ['authenticator-suspended.what', 'authenticator-suspended.next'],
  'recovery-codes-few': ['recovery-codes-few.what', 'recovery-codes-few.next'],
  'passkey-cloned': ['passkey-cloned.what', 'passkey-cloned.next'],
  'factor-added': ['factor-added.what', 'factor-added.counts-from', ...NOT_ME],
  'factor-removed': ['factor-removed.what', ...NOT_ME],
  'account-linked': ['account-linked.what', 'factor-added.counts-from', ...NOT_ME],
  'account-unlinked': ['account-unlinked.what', ...NOT_ME],
  'emergency-made': ['emergency-made.what', 'emergency.next'],
  'emergency-opened': ['emergency-opened.what', 'emergency.next'],
  'emergency-retired': ['emergency-retired.what'],
  'threat-raised': ['threat-raised.what'],
  'threat-lifted': ['threat-lifted.what'],
  'enrolment-reminder': ['enrolment-reminder.what', 'enrolment-reminder.how', 'enrolment-reminder.until', 'enrolment-reminder.never'],
  'vouch-asked': [
    'vouch-asked.what',
    'asked',
    'vouch-asked.how',
    { link: 'vouch-asked.link' },
    'vouch-asked.not-expected',
    'vouch-asked.until',
  ],
  'vouch-refused': ['vouch-refused.what', ...NOT_ME],
  'user-name': ['user-name.what', 'asked', 'user-name.not-you'],
  invitation: ['invitation.what', 'invitation.how', { link: 'invitation.link' }, 'invitation.until', 'invitation.not-asked'],
};

/** What a sentence cannot do without. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  'code.lifetime': ['minutes'],
  'call-code.asked': ['helper', 'action'],
  'call-page.what': ['helper'],
  'password-was-reset.what': ['account', 'happenedAt'],
  'password-was-changed.what': ['account', 'happenedAt'],
  'account-was-unlocked.what': ['account', 'happenedAt'],
  'password-may-have-been-reset.what': ['account', 'happenedAt'],
  'account-may-have-been-unlocked.what': ['account', 'happenedAt'],
  'password-was-reset-for-you.what': ['account', 'happenedAt', 'helper'],
  'account-was-unlocked-for-you.what': ['account', 'happenedAt', 'helper'],
  'not-me.explain': ['link'],
  'helped.explain': ['link'],
  'recovery-not-possible.what': ['account'],
  'recovery-frozen.what': ['account'],
  'call-denied.what': ['account', 'happenedAt', 'helper'],
  'helped-unverified.what': ['account', 'happenedAt', 'helper'],
  'case-taken-over.what': ['other', 'happenedAt', 'helper'],
  'helpdesk-link.what': ['account', 'helper'],
  'helpdesk-link.until': ['endsAt'],
  'recovery-attempted.what': ['account'],
  'recovery-attempted.stop': ['link'],
  'authenticator-suspended.what': ['account'],
  'recovery-codes-few.what': ['account', 'count'],
  'passkey-cloned.what': ['account'],
  'factor-added.what': ['account', 'happenedAt', 'factor'],
  'factor-added.what.temporary-pass': ['endsAt'],
  'factor-added.counts-from': ['countsFrom'],
  'factor-removed.what': ['account', 'happenedAt', 'factor'],
  'account-linked.what': ['account', 'other', 'happenedAt'],
  'account-unlinked.what': ['account', 'other', 'happenedAt'],
  'emergency-made.what': ['author', 'reason', 'happenedAt'],
  'emergency-opened.what': ['author', 'reason', 'happenedAt'],
  'emergency-retired.what': ['author', 'reason', 'happenedAt'],
  'threat-raised.what': ['author', 'reason', 'happenedAt'],
  'threat-lifted.what': ['author', 'other', 'reason', 'happenedAt'],
  'enrolment-reminder.what': ['account'],
  'enrolment-reminder.how': ['site'],
  'enrolment-reminder.until': ['endsAt'],
  'vouch-asked.what': ['other'],
  'vouch-asked.until': ['endsAt'],
  'vouch-refused.what': ['account', 'happenedAt'],
  'user-name.what': ['names'],
  'invitation.what': ['account', 'organisation'],
  'invitation.until': ['endsAt'],
  asked: ['askedAt', 'address', 'client'],
  'frame.contact': ['contact'],
  'frame.sender': ['organisation'],
};

/**
 * Words one mail in one language. The subject holds no code and no name: it shows on locked screens. Plain text and HTML say
 * the same.
 */
export function composeMail(
  kind: MailKind,
  language: string,
  parameters: MailParameters,
  texts: Texts,
  timeZone: string,
): { subject: string; text: string; html: string } {
  const shown = present(language, parameters, timeZone);
  const sentence = (key: string) => texts.translate(language, `mail.${key}`, shown);
  const blocks = [...PARTS[kind], 'frame.contact', 'frame.sender'].flatMap((part): MailBlock[] => {
    if (typeof part === 'string')
      return lacks(parameters, [...(NEEDS[part] ?? []), ...(NEEDS[nuance(part, parameters)] ?? [])])
        ? []
        : [{ kind: 'paragraph', text: sentence(nuance(part, parameters)) }];
    if ('code' in part) return lacks(parameters, ['code']) ? [] : [{ kind: 'code', text: String(parameters.code) }];
    const { link } = parameters;
    // Nothing but a web address becomes something to press.
    return typeof link === 'string' && /^https?:\/\//.test(link) ? [{ kind: 'link', text: sentence(part.link), address: link }] : [];
  });
  const subject = sentence(`${kind}.subject`);
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

function present(language: string, parameters: MailParameters, timeZone: string): Record<string, string | number> {
  const shown: Record<string, string | number> = { ...parameters };
  // `count` is what chooses between singular and plural.
  if (typeof parameters.minutes === 'number') shown.count = parameters.minutes;
  if (parameters.directory !== undefined && parameters.account !== undefined)
    shown.account = `${parameters.account} (${parameters.directory})`;
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
