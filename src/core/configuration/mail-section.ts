import { z } from 'zod';

/**
 * A secret is never written into the document: it is named. `env:NAME` reads an environment variable,
 * `file:/path` the first line of a file.
 */
export const secretReferenceSchema = z
  .string()
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+)$/, 'A secret is a reference: env:NAME or file:/absolute/path')
  .describe('Reference to a secret: env:NAME or file:/absolute/path.');

const mailServerSchema = z.strictObject({
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535).default(587),
  security: z.enum(['starttls', 'tls', 'none']).default('starttls').describe('`none` only for a server on this machine or in a trial.'),
  user: z.string().max(255).optional(),
  password: secretReferenceSchema.optional(),
  caFile: z.string().optional().describe('PEM file of the authority that signed the server certificate, if it is not a public one.'),
  timeoutSeconds: z.int().min(1).max(120).default(15),
});
export type MailServer = z.infer<typeof mailServerSchema>;

export const mailSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('smtp'),
      from: z.string().min(3).max(320).describe('Sender, for example: Keyturn <keyturn@example.com>.'),
      servers: z.array(mailServerSchema).min(1).max(10).describe('Tried in this order.'),
    }),
    z.strictObject({ kind: z.literal('capture'), from: z.string().min(3).max(320).default('Keyturn <keyturn@localhost>') }),
  ])
  .describe('How mail leaves. `capture` keeps messages for the demo page and is refused outside of demo mode.');
export type MailSettings = z.infer<typeof mailSchema>;
