import type { Texts } from '../ports/platform.ts';
import { smsSegments } from './sms-length.ts';

export interface CodeTextParameters {
  code: string;
  /** What the code was asked for (a `Goal`). */
  goal: string;
  organisation: string;
  publicUrl: string;
}

/**
 * The text that brings a code. Its last line is what phones look for to fill the code in, and only into the page of that host (WICG
 * "Origin-bound one-time codes delivered via SMS"): `@host #code`. It holds for https pages alone. Where it would not fit into
 * one message the name of the organisation is left out.
 */
export function composeCodeText(language: string, { code, goal, organisation, publicUrl }: CodeTextParameters, texts: Texts): string {
  const { protocol, hostname } = new URL(publicUrl);
  const origin = protocol === 'https:' ? `\n\n@${hostname} #${code}` : '';
  const sentence = `${texts.translate(language, `sms.code.${goal}`, { code })}${origin}`;
  const withName = `${organisation.replace(/\s+/g, ' ').trim()}: ${sentence}`;
  return smsSegments(withName) === 1 ? withName : sentence;
}
