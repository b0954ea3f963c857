import { z } from 'zod';
import { FUNNEL_STEPS, REPORT_DAYS } from '../report-parts.ts';
import { factorKindSchema, goalSchema } from './journeys.ts';

/** What `/api/v1/reports` speaks: numbers of what was done here, and how it stands, for whoever may look at the history. */

export const reportQuerySchema = z.object({
  days: z.coerce
    .number()
    .refine((days) => (REPORT_DAYS as readonly number[]).includes(days))
    .default(30),
});

const count = z.number().int();

export const reportSchema = z.object({
  /** Events that are not counted yet: the numbers are those of some time ago. */
  behind: z.boolean(),
  /** The oldest day first, by the clock of UTC; days on which nothing happened are among them. */
  activity: z.array(z.object({ day: z.iso.date(), begun: count, done: count })),
  funnel: z.array(z.object({ goal: goalSchema, steps: z.array(z.object({ step: z.enum(FUNNEL_STEPS), count })) })),
  factors: z.array(z.object({ kind: factorKindSchema, accepted: count, refused: count })),
  /** As it is now: accounts with at least one proof of the kind. */
  enrolment: z.array(z.object({ kind: factorKindSchema, accounts: count })),
  /** Accounts with any. */
  enrolled: count,
  /** Who has begun within a day and not got through since, the newest first. */
  stuck: z.array(
    z.object({
      account: z.object({ directory: z.string(), id: z.string(), login: z.string().nullable() }),
      goal: goalSchema,
      at: z.iso.datetime(),
      step: z.enum(FUNNEL_STEPS),
      wrongProofs: count,
      /** null: it goes on. */
      end: z.enum(['refused', 'cancelled', 'expired']).nullable(),
    }),
  ),
  /** There are more of them than are told. */
  moreStuck: z.boolean(),
  /** Passwords that were reset and accounts that were unlocked by their owners themselves. */
  helpedThemselves: count,
});
export type Report = z.infer<typeof reportSchema>;

/** As the directories tell it now. */
export const lockedReportSchema = z.object({
  directories: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      /** null: it does not tell who is locked, or does not answer. */
      locked: count.nullable(),
      /** There are at least so many. */
      more: z.boolean(),
    }),
  ),
});
export type LockedReport = z.infer<typeof lockedReportSchema>;
