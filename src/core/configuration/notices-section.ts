import { z } from 'zod';
import { MAIL_KINDS, type MailKind } from '../notify/mail-parts.ts';
import type { MailTemplate } from '../notify/mail-template.ts';
import type { Configuration } from './document.ts';

const mailTemplateSchema = z.strictObject({
  notice: z.enum(MAIL_KINDS).describe('Which mail it is.'),
  language: z.enum(['en', 'de']).describe('In which language. In the other one the mail stays as it is.'),
  subject: z
    .string()
    .min(1)
    .max(120)
    .regex(/^\P{Cc}*$/u, 'A subject is one line')
    .describe('Its subject. It shows on locked screens, and takes `{{organisation}}` alone.'),
  body: z
    .string()
    .min(1)
    .max(4000)
    // Line breaks and tabulators are all that a text needs.
    .regex(/^[^\p{Cc}\n\r\t]*(?:[\n\r\t][^\p{Cc}\n\r\t]*)*$/u, 'Control characters have no place in a text')
    .describe(
      'What it says: plain text with `{{variables}}`, paragraphs parted by empty lines. `{{code}}` and `{{link}}` are paragraphs of their own. What people need for their safety follows in the words of Keyturn.',
    ),
});

/** The organisation's own words for mails. */
export const noticesSchema = z.strictObject({
  mails: z
    .array(mailTemplateSchema)
    .max(2 * MAIL_KINDS.length)
    .default([])
    .describe('Mails in words of your own, each for one language. All others are in the words of Keyturn.'),
});

export type Notices = z.infer<typeof noticesSchema>;

/** The organisation's own words for a mail; null when it has none. */
export function ownWordsOf({ notices }: Configuration, kind: MailKind, language: string): MailTemplate | null {
  return notices.mails.find((mail) => mail.notice === kind && mail.language === language) ?? null;
}
