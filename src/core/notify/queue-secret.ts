import type { CoreDeps } from '../core-deps.ts';
import type { MessageChannel } from '../factors/factor.ts';
import type { Store } from '../ports/store.ts';
import { type MailRequest, queueMail } from './queue-mail.ts';
import { queueCodeText } from './queue-sms.ts';

/** A secret, or the address where one is shown, on its way to a person; `to` null: thrown away. */
export interface SecretRequest extends Pick<MailRequest, 'to' | 'directory' | 'language' | 'parameters' | 'expiresAt'> {
  /**
   * `code`: to be typed by who is sent it; `call-code`: to be read out to the helpdesk; `call-page`: no secret, but as urgent as one;
   * `helpdesk-link`: a link by which a password is set.
   */
  readonly kind: 'code' | 'call-code' | 'call-page' | 'helpdesk-link';
}
type Queue = (deps: CoreDeps, store: Store, request: SecretRequest) => Promise<void>;

const QUEUES: Readonly<Record<MessageChannel, Queue>> = {
  mail: (deps, store, request) => queueMail(deps, store, { ...request, lane: 'code' }),
  sms: queueCodeText,
};

/** Composes the message that brings a secret over a channel, and queues it in the caller's transaction. */
export function queueSecret(deps: CoreDeps, store: Store, channel: MessageChannel, request: SecretRequest): Promise<void> {
  return QUEUES[channel](deps, store, request);
}
