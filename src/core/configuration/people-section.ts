import { z } from 'zod';

/** By what the accounts of one person are known, where administrators alone write it. */
export const LINK_ATTRIBUTES = ['employeeNumber', 'principalName'] as const;
export type LinkAttribute = (typeof LINK_ATTRIBUTES)[number];

/** Which accounts are one person's. */
export const peopleSchema = z.strictObject({
  linkBy: z
    .array(
      z.strictObject({
        attribute: z.enum(LINK_ATTRIBUTES).describe('What the accounts of one person have in common, and those of two people never.'),
        directories: z.array(z.string()).min(2).max(50).describe('Directories whose accounts are linked by it, by their id.'),
        writtenByAdministratorsOnly: z
          .literal(true)
          .describe(
            'To be said in so many words: in each of these directories nobody but administrators writes the attribute. Whoever may write it on an account of theirs takes over the account of anybody.',
          ),
      }),
    )
    .max(20)
    .default([])
    .describe(
      'Accounts that are linked by themselves when their owner signs in, or by `keyturn people link`: exactly one in each directory with the same value. Protected, closed and frozen accounts are linked to none.',
    ),
});
