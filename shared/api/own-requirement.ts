import { z } from 'zod';
import { factorKindSchema } from './journeys.ts';

/** What `/api/v1/me/enrolment` speaks: what somebody who is signed in is asked to add, so that they could recover their account. */
export const ownRequirementSchema = z.object({
  /** `force`: the session does nothing else until it is done. */
  ask: z.enum(['nothing', 'remind', 'force']),
  /** From when on it cannot be put off, RFC 3339 in UTC; null: there is no such time, or it is not known. */
  deadline: z.iso.datetime().nullable(),
  /** Days until then, the one that has begun included. */
  daysLeft: z.int().nullable(),
  /** For how many days it is put off. */
  putOffDays: z.int(),
  /** The directory does not tell everything that decides: it may be that enough is there. */
  uncertain: z.boolean(),
  /** Why it cannot be finished at present: codes do not leave, or it takes what people cannot add by themselves. */
  stuck: z.enum(['codes-do-not-leave', 'not-by-yourself']).nullable(),
  /** Each combination that would be enough, and what is missing of it. */
  ways: z.array(z.object({ kinds: z.array(factorKindSchema), missing: z.array(factorKindSchema) })),
});
export type OwnRequirement = z.infer<typeof ownRequirementSchema>;
