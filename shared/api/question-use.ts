import { z } from 'zod';

/** What `/api/v1/admin/question-use` tells: how many people have set up which security question. */
export const questionUseSchema = z.object({
  /** When they were counted; null: not yet, and there are no numbers. */
  at: z.iso.datetime().nullable(),
  /** People whom a count that goes on has looked at; null: none does. */
  looked: z.number().nullable(),
  /** Who has set any up. */
  people: z.number(),
  uses: z.array(
    z.object({
      /** Id of the directory. */
      directory: z.string(),
      /** Id of the question, which may be in no pool any more. */
      question: z.string(),
      people: z.number(),
      /** Of them those who are asked it as it was worded before. */
      asWordedBefore: z.number(),
    }),
  ),
});
export type QuestionUses = z.infer<typeof questionUseSchema>;
