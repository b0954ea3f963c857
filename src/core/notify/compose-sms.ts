import type { Texts } from '../ports/platform.ts';
import { kindsInWords } from './kinds-in-words.ts';
import { smsSegments } from './sms-length.ts';
import { fillVariables } from './template-variables.ts';

export interface CodeTextParameters {
  code: string;
  /** What the code was asked for (a `Goal`). */
  goal: string;
  organisation: string;
  publicUrl: string;
}

/**
 * The text that brings a code. Its last line is what phones look for to fill the code in, and only into the page of that host (WICG
 * "Origin-bound one-time codes delivered via SMS"): `@host #code`. It holds for https pages alone. In the words of the product the name
 * of the organisation is left out where it would not fit into one message.
 * @param template the organisation's own words. That nobody asks for the code follows in those of the product, and then the last line
 */
export function composeCodeText(
  language: string,
  { code, goal, organisation, publicUrl }: CodeTextParameters,
  texts: Texts,
  template: string | null = null,
): string {
  const { protocol, hostname } = new URL(publicUrl);
  const origin = protocol === 'https:' ? `\n\n@${hostname} #${code}` : '';
  const what = texts.translate(language, `sms.code.${goal}`, { code });
  const kept = texts.translate(language, goal === 'confirm-call' ? 'sms.kept.confirm-call' : 'sms.kept', {});
  const purpose = texts.translate(language, `sms.purpose.${goal}`, {});
  const own = template === null ? null : fillVariables(template, { what, code, purpose, organisation });
  return own === null ? withName(organisation, `${what} ${kept}${origin}`) : `${own} ${kept}${origin}`;
}

export interface CallTextParameters extends Pick<CodeTextParameters, 'code' | 'organisation'> {
  /** What the agent is about to do (a `PersonPermission`), and their name. */
  action: string;
  helper: string;
  /** Which kinds of proofs they remove (`kindsParameter`). */
  kinds?: string;
}

/** Characters of an agent's name: with more, the warning would not fit into one message. */
const LONGEST_HELPER = 24;

/**
 * The text with a code that is read out to the helpdesk. It says who asks, for what, and never to read it to somebody who called. No phone
 * is told to fill it in anywhere. Of many kinds of proofs that are removed none is left out: then it is as long as two.
 */
export function composeCallText(language: string, { code, action, helper, kinds, organisation }: CallTextParameters, texts: Texts): string {
  const named = shortName(helper);
  const removed = kinds === undefined ? {} : { kinds: kindsInWords(language, kinds, 'sms.kind', texts) };
  const what = texts.translate(language, `sms.call.${action}`, removed);
  return withName(organisation, texts.translate(language, 'sms.call-code', { code, helper: named, what }));
}

/** The text with the address of the page on which a caller proves who they are. It holds no code, and says what to do for who has not called. */
export function composePageText(
  language: string,
  { link, helper, organisation }: Pick<CallTextParameters, 'helper' | 'organisation'> & { link: string },
  texts: Texts,
): string {
  return withName(organisation, texts.translate(language, 'sms.call-page', { link, helper: shortName(helper) }));
}

/** The text with a link by which a caller sets their password. It does not have the number that belongs to it, and is as long as its address. */
export function composeLinkText(
  language: string,
  { link, helper, organisation }: Pick<CallTextParameters, 'helper' | 'organisation'> & { link: string },
  texts: Texts,
): string {
  return withName(organisation, texts.translate(language, 'sms.helpdesk-link', { link, helper: shortName(helper) }));
}

/** The text with a temporary password, which has to be changed at the next sign-in. */
export function composePasswordText(
  language: string,
  { password, organisation }: Pick<CallTextParameters, 'organisation'> & { password: string },
  texts: Texts,
): string {
  return withName(organisation, texts.translate(language, 'sms.temporary-password', { password }));
}

function shortName(helper: string): string {
  const oneLine = helper.replace(/\s+/g, ' ').trim();
  return oneLine.length > LONGEST_HELPER ? `${oneLine.slice(0, LONGEST_HELPER - 1).trimEnd()}.` : oneLine;
}

function withName(organisation: string, sentence: string): string {
  const named = `${organisation.replace(/\s+/g, ' ').trim()}: ${sentence}`;
  return smsSegments(named) === 1 ? named : sentence;
}
