import { looksLikeHtml, problemsOfBody, problemsOfSubject, variablesOf } from '../notify/mail-template.ts';
import type { Report } from './check-context.ts';
import type { Notices } from './notices-section.ts';

/** Checks of `notices` that a schema cannot say: variables, and what no mail may be without. */
export function checkNotices({ mails }: Notices, report: Report): void {
  const seen = new Map<string, number>();
  for (const [index, { notice, language, subject, body }] of mails.entries()) {
    const path = ['notices', 'mails', index];
    const first = seen.get(`${notice} ${language}`);
    if (first === undefined) seen.set(`${notice} ${language}`, index);
    else report('error', path, `notices.mails[${first}] has the words of ${notice} in this language already: keep one of them`);
    for (const problem of problemsOfSubject(subject)) report('error', [...path, 'subject'], problem);
    for (const problem of problemsOfBody(notice, body)) report('error', [...path, 'body'], problem);
    // Nobody who has learned that such a mail has no link opens one of an attacker's.
    if (variablesOf(notice).blocks.includes('code') && /https?:|www\./i.test(body))
      report('warning', [...path, 'body'], 'A mail with a code should name no web address: people learn to open what looks like it');
    for (const [name, text] of Object.entries({ subject, body })) {
      if (looksLikeHtml(text)) report('warning', [...path, name], 'Mails are plain text: what looks like HTML is shown as it stands');
    }
  }
}
