import { z } from 'zod';

const whenNotKnown = z
  .enum(['refuse', 'allow'])
  .default('refuse')
  .describe(
    'What becomes of a new password when the source cannot be asked, or its file is missing or damaged: refuse it, or go on with an event in the audit log.',
  );

const breachedSchema = z
  .discriminatedUnion('source', [
    z.strictObject({
      source: z.literal('file').describe('A file on each node, made by `keyturn breached import`. Nothing of a password leaves the node.'),
      file: z
        .string()
        .min(2)
        .max(4096)
        .regex(/^\/[^\0]*$/, 'Expected an absolute path')
        .describe('Absolute path of the file, the same on every node.'),
      whenNotKnown,
    }),
    z.strictObject({
      source: z
        .literal('range-service')
        .describe('A service that is told the first five digits of a SHA-1 hash and answers with all that begin so (k-anonymity).'),
      url: z
        .url({ protocol: /^https?$/ })
        .default('https://api.pwnedpasswords.com')
        .describe('Address of the service; `/range/` and the digits are added. The format is that of Have I Been Pwned.'),
      timeoutMilliseconds: z.int().min(100).max(10_000).default(2000).describe('How long to wait for the whole answer.'),
      whenNotKnown,
    }),
  ])
  .describe('Refuses passwords that are known from a leak (NIST SP 800-63B-4 3.1.1.2). Off when absent.');

/** Rules for new passwords beyond those of the directories; for people of all directories. */
export const passwordRulesSchema = z.strictObject({
  breached: breachedSchema.optional(),
});
export type PasswordRulesSettings = z.infer<typeof passwordRulesSchema>;
