import type { DemoMessage } from '../../shared/api/demo.ts';
import type { Clock, Mailer } from '../core/ports/platform.ts';

/** Messages kept; the oldest go first. */
const KEPT = 200;

/**
 * Keeps messages in memory instead of sending them, newest first, for the demo page. Codes are readable there: never
 * outside of demo mode. A message that is handed over twice (same id) is kept once.
 */
export function createCaptureMailer(clock: Pick<Clock, 'now'>): Mailer & { messages(): DemoMessage[] } {
  let kept: DemoMessage[] = [];
  return {
    async send(message) {
      if (kept.some((known) => known.id === message.messageId)) return;
      const { messageId: id, to, subject, text } = message;
      kept = [{ id, at: new Date(clock.now()).toISOString(), channel: 'email' as const, to, subject, text }, ...kept].slice(0, KEPT);
    },
    async health() {
      return [{ server: 'capture', ok: true }];
    },
    messages: () => [...kept],
  };
}
