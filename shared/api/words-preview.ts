import { z } from 'zod';

/** What `/api/v1/admin/mail-preview` and `/api/v1/admin/text-preview` speak: words that were not saved yet. They are judged, not refused, so that all is told at once. */
export const mailPreviewRequestSchema = z.strictObject({
  notice: z.string().max(100),
  language: z.string().max(20),
  directory: z.string().max(100).optional(),
  subject: z.string().max(1000),
  body: z.string().max(20_000),
});
export type MailPreviewRequest = z.infer<typeof mailPreviewRequestSchema>;

/** What is wrong with the words: with an error they could not be saved. */
const problemsSchema = z.array(z.object({ setting: z.string(), message: z.string(), severity: z.enum(['error', 'warning']) }));

const mailSchema = z.object({ subject: z.string(), text: z.string() });

export const mailPreviewSchema = z.object({
  problems: problemsSchema,
  /** The mail with sample values; null: it cannot be made. */
  own: mailSchema.nullable(),
  /** The same in the words of Keyturn; null: there is no such notice or language. */
  usual: mailSchema.nullable(),
  /** What the body may name. */
  variables: z.array(z.string()),
});
export type MailPreview = z.infer<typeof mailPreviewSchema>;

export const textPreviewRequestSchema = z.strictObject({
  notice: z.string().max(100),
  language: z.string().max(20),
  directory: z.string().max(100).optional(),
  text: z.string().max(2000),
});
export type TextPreviewRequest = z.infer<typeof textPreviewRequestSchema>;

/** `messages`: how many it is sent and billed as. */
const textSchema = z.object({ text: z.string(), messages: z.number() });

export const textPreviewSchema = z.object({
  problems: problemsSchema,
  /** The text with sample values; null: it cannot be made. */
  own: textSchema.nullable(),
  /** The same in the words of Keyturn; null: there is no such text or language. */
  usual: textSchema.nullable(),
  /** What the text may name. */
  variables: z.array(z.string()),
});
export type TextPreview = z.infer<typeof textPreviewSchema>;
