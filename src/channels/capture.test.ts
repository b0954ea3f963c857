import { expect, it } from 'vitest';
import { demoMessagesSchema } from '../../shared/api/demo.ts';
import { createCapture } from './capture.ts';

const mail = (id: number) => ({
  to: 'alice@example.test',
  subject: 'Hello',
  text: `Message ${id}`,
  html: '<p></p>',
  messageId: `row-${id}`,
});

it('keeps the last 200 messages, newest first, each once', async () => {
  const mailer = createCapture({ now: () => Date.UTC(2026, 0, 1) });
  for (let id = 1; id <= 205; id += 1) await mailer.send(mail(id));
  await mailer.send(mail(205));
  const messages = mailer.messages();
  expect(demoMessagesSchema.parse(messages)).toHaveLength(200);
  expect(messages[0]).toEqual({
    id: 'row-205',
    at: '2026-01-01T00:00:00.000Z',
    channel: 'email',
    to: 'alice@example.test',
    subject: 'Hello',
    text: 'Message 205',
  });
  expect(messages.at(-1)?.id).toBe('row-6');
  expect(await mailer.health()).toEqual([{ server: 'capture', ok: true }]);
});
