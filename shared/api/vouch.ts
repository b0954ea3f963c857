import { z } from 'zod';
import { PERSON_PERMISSIONS } from '../permissions.ts';
import { REMOVABLE_KINDS } from '../removable-kinds.ts';
import { clientSchema, goalSchema } from './journeys.ts';

/** What somebody is asked to confirm who is signed in. Times are RFC 3339 in UTC. */
export const vouchRequestSchema = z.object({
  id: z.string(),
  person: z.object({ login: z.string(), displayName: z.string(), directory: z.string() }),
  /** A recovery waits for it: what for, and where the person asked from. */
  recovery: z.object({ goal: goalSchema, address: z.string(), client: clientSchema.shape.kind }).optional(),
  /** Or the helpdesk does, whom the person has called: name of the agent, what they are about to do, and which kinds of proofs they remove. */
  call: z.object({ agent: z.string(), action: z.enum(PERSON_PERMISSIONS), kinds: z.array(z.enum(REMOVABLE_KINDS)).optional() }).optional(),
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
