import { z } from 'zod';
import { clientSchema, goalSchema } from './journeys.ts';

/** What somebody is asked to confirm who is signed in. Times are RFC 3339 in UTC. */
export const vouchRequestSchema = z.object({
  id: z.string(),
  person: z.object({ login: z.string(), displayName: z.string(), directory: z.string() }),
  goal: goalSchema,
  /** Where the person asked from. */
  address: z.string(),
  client: clientSchema.shape.kind,
  askedAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  state: z.enum(['open', 'approved', 'refused', 'withdrawn', 'expired']),
  triesLeft: z.number().int(),
});
export type VouchRequest = z.infer<typeof vouchRequestSchema>;

export const vouchRequestsSchema = z.object({ requests: z.array(vouchRequestSchema) });
export type VouchRequests = z.infer<typeof vouchRequestsSchema>;

/** The two digits that the person reads out. */
export const vouchAnswerSchema = z.strictObject({ digits: z.string().min(1).max(64) });
