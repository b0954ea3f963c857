import { z } from 'zod';
import { checkConfigurationRequestSchema } from './configuration.ts';

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

const numbersSchema = z.object({
  looked: z.number(),
  stranded: z.number(),
  reasons: z.array(z.object({ reason: z.string(), people: z.number() })),
  recovery: z.array(ruleCountSchema),
  signIn: z.array(ruleCountSchema),
});
export type RuleNumbers = z.infer<typeof numbersSchema>;

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
      ...numbersSchema.shape,
    })
    .nullable(),
});
export type PeopleCount = z.infer<typeof peopleCountSchema>;

/** `wait`: by what the caller leaves who waits for it no more. */
export const begunPeopleCountSchema = z.object({ ...peopleCountSchema.shape, wait: z.string() });
export type BegunPeopleCount = z.infer<typeof begunPeopleCountSchema>;

export const waitParamsSchema = z.strictObject({ wait: z.string().regex(/^[\w-]{1,64}$/) });

/** `draft`: what its rules ask of people is looked up as well, so that it can be counted by. */
export const countPeopleRequestSchema = z.strictObject({ draft: checkConfigurationRequestSchema.optional() });

const movedSchema = z.object({
  /** People who can, and could not. */
  gained: z.number(),
  /** People who could, and cannot any more. */
  lost: z.number(),
  /** People from whom a weak combination is accepted that was not. */
  weakened: z.number(),
});

/** What a configuration that is not in force would do, by what the last count has read of everybody. */
export const draftCountSchema = z.object({
  /** The count it goes by; null: nobody was counted, or so long ago that what was read of people is kept no more. */
  counted: z.object({ at: time, looked: z.number() }).nullable(),
  /** What its rules ask for and that count has not looked up: nothing can be said until people are counted with it. */
  notLookedUp: z.object({ places: z.array(z.string()), groups: z.array(z.string()), managers: z.boolean() }).nullable(),
  /** Settings that people rest on and that are others than when they were counted: the numbers do not tell of them. */
  notCounted: z.array(z.string()),
  numbers: z
    .object({
      before: numbersSchema,
      after: numbersSchema,
      moved: z.object({ recovery: movedSchema, signIn: movedSchema }),
      /** Some of those who are moved, those first who lose something. */
      first: z.array(
        z.object({
          directory: z.string(),
          login: z.string(),
          name: z.string(),
          can: z.enum(['recovery', 'signIn']),
          change: z.enum(['gained', 'lost']),
          /** Why they cannot, afterwards or before; null: nobody can then. */
          reason: z.string().nullable(),
        }),
      ),
    })
    .nullable(),
});
export type DraftCount = z.infer<typeof draftCountSchema>;
