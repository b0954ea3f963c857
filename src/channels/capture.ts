import type { DemoMessage } from '../../shared/api/demo.ts';
import type { Clock, Mailer, SmsMessage, SmsSender } from '../core/ports/platform.ts';

/** Messages kept; the oldest go first. */
const KEPT = 200;

/** Where the demo's mails and texts go. */
export interface Capture extends Mailer {
  messages(): DemoMessage[];
  readonly sms: SmsSender;
}

/**
 * Keeps messages in memory instead of sending them, newest first, for the demo page. Codes are readable there: never
 * outside of demo mode. A message that is handed over twice (same id) is kept once.
 */
export function createCapture(clock: Pick<Clock, 'now'>): Capture {
  let kept: DemoMessage[] = [];
  const keep = (message: Omit<DemoMessage, 'at'>): Promise<void> => {
    if (!kept.some((known) => known.id === message.id)) {
      const { id, ...rest } = message;
      kept = [{ id, at: new Date(clock.now()).toISOString(), ...rest }, ...kept].slice(0, KEPT);
    }
    return Promise.resolve();
  };
  const keepText = ({ messageId: id, to, text }: SmsMessage) => keep({ id, channel: 'sms', to, subject: '', text });
  const health = () => Promise.resolve([{ server: 'capture', ok: true as const }]);
  return {
    send: ({ messageId: id, to, subject, text }) => keep({ id, channel: 'email', to, subject, text }),
    health,
    sms: { send: keepText, sendBy: (_gateway, message) => keepText(message), health },
    messages: () => [...kept],
  };
}
