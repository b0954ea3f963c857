import { z } from 'zod';

/** What `/api/v1/admin/mail-preview` speaks: a mail in words that were not saved yet. The words are judged, not refused, so that all is told at once. */
export const mailPreviewRequestSchema = z.strictObject({
  notice: z.string().max(100),
  language: z.string().max(20),
  subject: z.string().max(1000),
  body: z.string().max(20_000),
});
export type MailPreviewRequest = z.infer<typeof mailPreviewRequestSchema>;

const mailSchema = z.object({ subject: z.string(), text: z.string() });

export const mailPreviewSchema = z.object({
  /** What is wrong with the words: they could not be saved. */
  problems: z.array(z.object({ setting: z.string(), message: z.string(), severity: z.enum(['error', 'warning']) })),
  /** The mail with sample values; null: it cannot be made. */
  own: mailSchema.nullable(),
  /** The same in the words of Keyturn; null: there is no such notice or language. */
  usual: mailSchema.nullable(),
  /** What the body may name. */
  variables: z.array(z.string()),
});
export type MailPreview = z.infer<typeof mailPreviewSchema>;
