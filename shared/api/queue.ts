import { z } from 'zod';
import { oneLine } from '../one-line.ts';

/** What `/api/v1/admin/queue` speaks: messages that have not left yet. Neither what they say nor whom they are for is told. */
const time = z.iso.datetime();

const messageSchema = z.object({
  id: z.string(),
  kind: z.enum(['mail', 'text', 'notice']),
  lane: z.enum(['code', 'notice', 'bulk']),
  /** Masked; null: not known before it is composed. */
  to: z.string().nullable(),
  state: z.enum(['given-up', 'expired', 'retrying', 'sending', 'waiting']),
  attempts: z.number(),
  createdAt: time,
  /** The next try, where there is one. */
  nextAt: time.nullable(),
  expiresAt: time.nullable(),
  /** Code of the last problem. */
  problem: z.string().nullable(),
});
export type QueuedMessage = z.infer<typeof messageSchema>;

export const queueSchema = z.object({
  messages: z.array(messageSchema),
  /** There are more than are listed. */
  more: z.boolean(),
});
export type Queue = z.infer<typeof queueSchema>;

export const messageParamsSchema = z.object({ message: z.string().regex(/^[\w.-]{1,80}$/) });
export const deleteMessageRequestSchema = z.strictObject({
  reason: oneLine(500),
});
