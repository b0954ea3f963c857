import { ownWordsOf } from '../configuration/notices-section.ts';
import { timeZoneOf } from '../configuration/time-zone.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { OutboxLane, QueuedRow } from '../ports/outbox-store.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { composeMail } from './compose-mail.ts';
import type { MailKind } from './mail-parts.ts';

export interface MailRequest {
  lane: OutboxLane;
  /** null: composed and queued like any other, and thrown away by the worker. Decoy journeys do the same work. */
  to: string | null;
  kind: MailKind;
  /** Id of the directory of whose account it is about; null: of none, or of several. Its people may have words of their own. */
  directory: string | null;
  language: string;
  parameters: Record<string, string | number>;
  /** After this time the message is useless and dropped. */
  expiresAt?: number;
}

/** Names of the outbox handlers. */
export const MAIL_JOB = 'mail';
export const DISCARD_JOB = 'discard';

type Deps = Pick<CoreDeps, 'clock' | 'random' | 'texts' | 'configuration'>;

/** Composes a mail and queues it in the caller's transaction: it is sent if, and only if, that transaction is committed. */
export async function queueMail(deps: Deps, store: Store, request: MailRequest): Promise<void> {
  await store.outbox.insert({ id: randomId(deps.random), ...mailRow(deps, request) });
}

/** A composed mail as a row of the outbox. */
export function mailRow(deps: Omit<Deps, 'random'>, request: MailRequest): Omit<QueuedRow, 'id'> {
  const { subject, text, html } = composeMail(
    request.kind,
    request.language,
    request.parameters,
    deps.texts,
    timeZoneOf(deps.configuration()),
    ownWordsOf(deps.configuration(), { notice: request.kind, language: request.language, directory: request.directory }),
  );
  const now = deps.clock.now();
  return {
    lane: request.lane,
    kind: request.to === null ? DISCARD_JOB : MAIL_JOB,
    payload: JSON.stringify({ to: request.to ?? 'nobody@invalid', subject, text, html }),
    createdAt: now,
    runAt: now,
    expiresAt: request.expiresAt ?? null,
  };
}
