import { z } from 'zod';
import { checkConfigurationRequestSchema } from './configuration.ts';
import { mailPreviewRequestSchema, mailPreviewSchema } from './words-preview.ts';

/** What `/api/v1/admin/test-mail` and `/api/v1/admin/test-text` speak: a message that somebody wants to see arrive. */

/** Id of a proof of one's own, as `/api/v1/me/factors` tells it. */
const proof = z.string().min(1).max(120);

/** Why it was not taken, and what to do about it. In English. */
const troubleSchema = z.object({ code: z.string(), problem: z.string(), fix: z.string() });

export const testMailRequestSchema = mailPreviewRequestSchema.extend({ to: proof });
export const testedMailSchema = z.object({
  /** What is wrong with the words: with an error nothing is sent. */
  problems: mailPreviewSchema.shape.problems,
  /** A mail server took it. */
  sent: z.boolean(),
  trouble: troubleSchema.nullable(),
});
export type TestedMail = z.infer<typeof testedMailSchema>;

export const testTextRequestSchema = z.strictObject({
  /** Name of a gateway of the configuration in force, or of the draft. */
  gateway: z.string().min(1).max(40),
  to: z.union([z.strictObject({ proof }), z.strictObject({ number: z.string().min(1).max(40) })]),
  /** A configuration that is not in force, whose gateway is tried. */
  draft: checkConfigurationRequestSchema
    .extend({
      /** Secrets by the reference that stands for them: used for this text, and kept nowhere. */
      secrets: z
        .array(z.strictObject({ reference: z.string().max(400), value: z.string().min(1).max(4000) }))
        .max(40)
        .default([]),
    })
    .optional(),
});
export type TestTextRequest = z.input<typeof testTextRequestSchema>;

export const testedTextSchema = z.object({
  /** The gateway took it; whether it arrives shows on the telephone. */
  sent: z.boolean(),
  trouble: troubleSchema.nullable(),
});
export type TestedText = z.infer<typeof testedTextSchema>;
