import { createSmtpMailer } from '../../src/channels/smtp.ts';
import type { MailSettings } from '../../src/core/configuration/mail-section.ts';
import { createMailDelivery } from '../../src/core/notify/deliver-mail.ts';
import { createOutboxWorker } from '../../src/jobs/outbox-worker.ts';
import { createStore } from '../../src/store/create-store.ts';

/** A worker in a process of its own that sends and then never comes to say so: the test kills it between the two. */
export interface SenderOptions {
  readonly url: string;
  readonly keyHex: string;
  readonly now: number;
  readonly mail: Extract<MailSettings, { kind: 'smtp' }>;
}

const options = JSON.parse(process.argv[2] ?? '') as SenderOptions;
const log = { info() {}, warn() {}, error() {} };
// The time the test gave, standing still.
const clock = { now: () => options.now, monotonic: () => performance.now(), sleep: () => new Promise<void>(() => {}) };
const store = await createStore({ url: options.url, sealingKeys: [{ id: 'test', key: Buffer.from(options.keyHex, 'hex') }], log });
const deliver = createMailDelivery(
  createSmtpMailer(options.mail, { resolveSecret: () => '', log, clock, publicUrl: 'https://portal.example.test' }),
);
const worker = createOutboxWorker({
  outbox: store.outbox,
  clock,
  log,
  handlers: {
    mail: async (payload, context) => {
      await deliver(payload, context);
      process.stdout.write('sent\n');
      await new Promise<void>(() => {});
    },
  },
});
worker.start();
// Something must keep the process alive until it is killed.
setInterval(() => {}, 60_000);
