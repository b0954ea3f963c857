import { z } from 'zod';

/** What `/api/v1/admin/people-count` speaks: how many people each rule of proof is for. Nobody is named but who counted. */
const time = z.iso.datetime();

const ruleCountSchema = z.object({
  name: z.string(),
  /** It counts for them, and they can use it now. */
  able: z.number(),
  /** It counts for them, and they cannot. */
  stranded: z.number(),
  /** It counts for them, and the directory does not tell enough of them. */
  unknown: z.number(),
  /** It cannot be told whether it counts for them. */
  doubtful: z.number(),
});
export type RuleCount = z.infer<typeof ruleCountSchema>;

export const peopleCountSchema = z.object({
  /** The count that goes on, or went on last; null: there was none yet. */
  latest: z
    .object({
      state: z.enum(['running', 'done', 'cancelled', 'failed']),
      author: z.string(),
      begunAt: time,
      seenAt: time,
      looked: z.number(),
      /** Code of the error that ended it. */
      problem: z.string().nullable(),
    })
    .nullable(),
  /** What the last one found that came to its end. */
  done: z
    .object({
      at: time,
      /** Whether it went by the configuration that is in force. */
      current: z.boolean(),
      looked: z.number(),
      stranded: z.number(),
      reasons: z.array(z.object({ reason: z.string(), people: z.number() })),
      recovery: z.array(ruleCountSchema),
      signIn: z.array(ruleCountSchema),
    })
    .nullable(),
});
export type PeopleCount = z.infer<typeof peopleCountSchema>;
