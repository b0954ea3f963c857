import { looksLikeHtml, problemsOfBody, problemsOfSubject, variablesOf } from '../notify/mail-template.ts';
import { problemsOfText } from '../notify/text-template.ts';
import type { Report } from './check-context.ts';
import type { DocumentPath } from './format-path.ts';
import { nearest } from './nearest.ts';
import type { Notices } from './notices-section.ts';

/** A web address, or what people read as one. */
const ADDRESS = /https?:|www\./i;

/**
 * Checks of `notices` that a schema cannot say: variables, and what no message may be without.
 * @param directories ids of those that there are
 */
export function checkNotices({ mails, texts }: Notices, directories: readonly string[], report: Report): void {
  checkAudiences(mails, ['notices', 'mails'], directories, report);
  checkAudiences(texts, ['notices', 'texts'], directories, report);
  for (const [index, { notice, subject, body }] of mails.entries()) {
    const path = ['notices', 'mails', index];
    for (const problem of problemsOfSubject(subject)) report('error', [...path, 'subject'], problem);
    for (const problem of problemsOfBody(notice, body)) report('error', [...path, 'body'], problem);
    // Nobody who has learned that such a mail has no link opens one of an attacker's.
    if (variablesOf(notice).blocks.includes('code') && ADDRESS.test(body))
      report('warning', [...path, 'body'], 'A mail with a code should name no web address: people learn to open what looks like it');
    for (const [name, text] of Object.entries({ subject, body })) {
      if (looksLikeHtml(text)) report('warning', [...path, name], 'Mails are plain text: what looks like HTML is shown as it stands');
    }
  }
  for (const [index, { text }] of texts.entries()) {
    const path = ['notices', 'texts', index, 'text'];
    for (const problem of problemsOfText(text)) report('error', path, problem);
    if (ADDRESS.test(text))
      report('warning', path, 'A text with a code should name no web address: people learn to open what looks like it');
  }
}

/** Each is for somebody, and no two are for the same. */
function checkAudiences(
  all: readonly { notice: string; language: string; directory?: string | undefined }[],
  at: DocumentPath,
  directories: readonly string[],
  report: Report,
): void {
  const seen = new Set<string>();
  for (const [index, { notice, language, directory }] of all.entries()) {
    const key = JSON.stringify([notice, language, directory]);
    if (seen.has(key)) {
      const whom = directory === undefined ? 'in this language' : `for ${directory} in this language`;
      report('error', [...at, index], `Another entry has the words of ${notice} ${whom} already: keep one of them`);
    }
    seen.add(key);
    if (directory === undefined || directories.includes(directory)) continue;
    const meant = nearest(directory, directories);
    report('error', [...at, index, 'directory'], `There is no directory ${directory}${meant === null ? '' : `; did you mean ${meant}?`}`);
  }
}
