import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import type { SmsSender } from '../ports/platform.ts';

const queuedTextSchema = z.strictObject({ to: z.string(), text: z.string() });

/**
 * The outbox handler of a composed text. The id of the row is the id of the message.
 * @param sender null: texts were taken out of the configuration since it was queued
 * @throws AppError `request.malformed` for a payload that is no text, `sms.refused` without a sender, and whatever the sender throws
 */
export async function deliverSms(sender: SmsSender | null, payload: unknown, id: string): Promise<void> {
  const queued = queuedTextSchema.safeParse(payload);
  if (!queued.success) throw new AppError('request.malformed', { reason: 'not-a-text' });
  if (sender === null) throw new AppError('sms.refused', { reason: 'not-configured' });
  await sender.send({ ...queued.data, messageId: id });
}
