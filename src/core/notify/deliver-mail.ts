import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import type { Mailer } from '../ports/platform.ts';

const queuedMailSchema = z.strictObject({ to: z.string(), subject: z.string(), text: z.string(), html: z.string().optional() });

/**
 * The outbox handler of a composed mail. The id of the outbox row becomes the id of the message, so that a mail that was
 * sent twice is recognisable.
 * @throws AppError `request.malformed` for a payload that is no mail, and whatever the mailer throws
 */
export function createMailDelivery(mailer: Mailer): (payload: unknown, context: { id: string }) => Promise<void> {
  return async (payload, { id }) => {
    const mail = queuedMailSchema.safeParse(payload);
    if (!mail.success) throw new AppError('request.malformed', { reason: 'not-a-mail' });
    const { to, subject, text, html } = mail.data;
    await mailer.send({ to, subject, text, messageId: id, ...(html === undefined ? {} : { html }) });
  };
}
