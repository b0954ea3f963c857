import { z } from 'zod';
import { factorKindSchema } from './journeys.ts';

/** What `/api/v1/helpdesk/live` speaks: the data of each server-sent event (WHATWG HTML, 9.2), as JSON. */

/** What has happened to somebody whom the agent may see. */
export const LIVE_KINDS = [
  'password-set',
  'unlocked',
  'not-done',
  'enrolled',
  'proof-ended',
  'proof-refused',
  'attacked',
  'frozen',
  'not-my-call',
  'approval-asked',
] as const;
export type LiveKind = (typeof LIVE_KINDS)[number];

export const liveNoticeSchema = z.object({
  at: z.iso.datetime(),
  kind: z.enum(LIVE_KINDS),
  /** Of several accounts that it is about, those that the agent may see. */
  accounts: z.array(z.object({ directory: z.string(), id: z.string(), login: z.string(), displayName: z.string() })).min(1),
  factor: factorKindSchema.optional(),
});
export type LiveNotice = z.infer<typeof liveNoticeSchema>;

/** One of these at least. */
export const liveEventSchema = z.object({
  notice: liveNoticeSchema.optional(),
  /** A case of the agent's own has moved on: to be asked for. */
  case: z.string().optional(),
  /** A threat was raised or lifted, or somebody agreed that it is over: how it stands is to be asked for. */
  threat: z.literal(true).optional(),
  /** Something may have been missed: it was too long ago, or a directory does not answer. */
  missed: z.literal(true).optional(),
});
export type LiveEvent = z.infer<typeof liveEventSchema>;
