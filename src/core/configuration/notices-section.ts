import { z } from 'zod';
import { MAIL_KINDS, type MailKind } from '../notify/mail-parts.ts';
import type { MailTemplate } from '../notify/mail-template.ts';
import { TEXT_KINDS } from '../notify/text-template.ts';
import type { Configuration } from './document.ts';

/** Whom words are for. */
const audience = {
  language: z.enum(['en', 'de']).describe('In which language. In the other one it stays as it is.'),
  directory: z
    .string()
    .min(1)
    .max(60)
    .optional()
    .describe('Id of a directory: for its people alone. Left out: for everybody whose directory has no words of its own.'),
};

const mailTemplateSchema = z.strictObject({
  notice: z.enum(MAIL_KINDS).describe('Which mail it is.'),
  ...audience,
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

const textTemplateSchema = z.strictObject({
  notice: z.enum(TEXT_KINDS).describe('Which text message it is. Those to callers of the helpdesk are all warning, and stay as they are.'),
  ...audience,
  text: z
    .string()
    .min(1)
    .max(300)
    .regex(/^\P{Cc}*$/u, 'A text is one line')
    .describe(
      'What it says, in one line: `{{what}}`, the sentence of Keyturn, or `{{code}}` and `{{purpose}}`; and `{{organisation}}`. That nobody asks for the code follows in the words of Keyturn, then the line from which phones fill it in.',
    ),
});

/** The organisation's own words for mails and text messages. */
export const noticesSchema = z.strictObject({
  mails: z
    .array(mailTemplateSchema)
    .max(500)
    .default([])
    .describe('Mails in words of your own, each for one language. All others are in the words of Keyturn.'),
  texts: z
    .array(textTemplateSchema)
    .max(100)
    .default([])
    .describe('Text messages in words of your own, each for one language. All others are in the words of Keyturn.'),
});

export type Notices = z.infer<typeof noticesSchema>;

/** Which words are asked for. */
interface Wanted<Kind> {
  readonly notice: Kind;
  readonly language: string;
  /** Id of the directory of who reads it; null: of none, or of several. */
  readonly directory: string | null;
}

/** The organisation's own words for a mail, those for the directory first; null when it has none. */
export function ownWordsOf({ notices }: Configuration, wanted: Wanted<MailKind>): MailTemplate | null {
  return fittingOf(notices.mails, wanted);
}

/** The same for a text message. */
export function ownTextOf({ notices }: Configuration, wanted: Wanted<(typeof TEXT_KINDS)[number]>): string | null {
  return fittingOf(notices.texts, wanted)?.text ?? null;
}

function fittingOf<Words extends { notice: string; language: string; directory?: string | undefined }>(
  all: readonly Words[],
  { notice, language, directory }: Wanted<string>,
): Words | null {
  const fitting = all.filter((words) => words.notice === notice && words.language === language);
  return (
    fitting.find((words) => words.directory === (directory ?? undefined)) ?? fitting.find((words) => words.directory === undefined) ?? null
  );
}
