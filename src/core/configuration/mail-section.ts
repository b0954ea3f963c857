import { z } from 'zod';

/**
 * A secret is never written into the document: it is named. `env:NAME` reads an environment variable,
 * `file:/path` the first line of a file.
 */
export const secretReferenceSchema = z
  .string()
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+)$/, 'A secret is a reference: env:NAME or file:/absolute/path')
  .meta({ format: 'secret' })
  .describe('Reference to a secret: env:NAME or file:/absolute/path.');

const mailServerSchema = z.strictObject({
  host: z.string().min(1).max(255).describe('Name or address of the mail server.'),
  port: z.int().min(1).max(65_535).default(587).describe('587 for starttls, 465 for tls.'),
  security: z.enum(['starttls', 'tls', 'none']).default('starttls').describe('`none` only for a server on this machine or in a trial.'),
  user: z.string().max(255).optional().describe('Name to sign in with, together with password.'),
  password: secretReferenceSchema.optional(),
  caFile: z.string().optional().describe('PEM file of the authority that signed the server certificate, if it is not a public one.'),
  timeoutSeconds: z.int().min(1).max(120).default(15).describe('How long to wait for the server at each step.'),
});
export type MailServer = z.infer<typeof mailServerSchema>;

export const mailSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('smtp').describe('Real mail, by SMTP.'),
      from: z.string().min(3).max(320).describe('Sender, for example: Keyturn <keyturn@example.com>.'),
      ehloName: z
        .string()
        .max(255)
        .regex(/^[^\p{C}\p{Z}.@:/[\]]+(\.[^\p{C}\p{Z}.@:/[\]]+)+$/u, 'Expected a name with a dot, such as portal.example.com')
        .optional()
        .describe('Name that mail servers are greeted with; the host of publicUrl, or the domain of from, when absent.'),
      servers: z.array(mailServerSchema).min(1).max(10).describe('Tried in this order.'),
    }),
    z.strictObject({
      kind: z.literal('capture').describe('Messages are kept and shown on the demo page.'),
      from: z.string().min(3).max(320).default('Keyturn <keyturn@localhost>').describe('Sender.'),
    }),
  ])
  .describe('How mail leaves. `capture` keeps messages for the demo page and is refused outside of demo mode.');
export type MailSettings = z.infer<typeof mailSchema>;
