import { ownTextOf } from '../configuration/notices-section.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { composeCallText, composeCodeText, composeLinkText, composePageText, composePasswordText } from './compose-sms.ts';
import { DISCARD_JOB } from './queue-mail.ts';

export interface CodeTextRequest {
  /**
   * `call-code`: to be read out to the helpdesk, and typed nowhere; `call-page`: the address where a caller proves who they are;
   * `helpdesk-link`: a link by which a password is set; `temporary-password`: one that was set.
   */
  kind: 'code' | 'call-code' | 'call-page' | 'helpdesk-link' | 'temporary-password';
  /** null: composed and queued like any other, and thrown away by the worker. */
  to: string | null;
  /** As of a mail. */
  directory: string | null;
  language: string;
  parameters: Readonly<Record<string, string | number>>;
  expiresAt?: number;
}

/** Name of the outbox handler. */
export const SMS_JOB = 'sms';

/** The text itself: what it is billed as depends on its length. */
export function composeText(
  deps: Pick<CoreDeps, 'texts' | 'configuration'>,
  { kind, directory, language, parameters }: Pick<CodeTextRequest, 'kind' | 'directory' | 'language' | 'parameters'>,
): string {
  const { name: organisation, publicUrl } = deps.configuration().organisation;
  const { code, goal, action, kinds, helper, link, password } = parameters;
  const about = { code: String(code), organisation };
  const compose = {
    code: () => {
      const own = ownTextOf(deps.configuration(), { notice: 'code', language, directory });
      return composeCodeText(language, { ...about, goal: String(goal), publicUrl }, deps.texts, own);
    },
    'call-code': () => {
      const removed = kinds === undefined ? {} : { kinds: String(kinds) };
      return composeCallText(language, { ...about, action: String(action), helper: String(helper), ...removed }, deps.texts);
    },
    'call-page': () => composePageText(language, { link: String(link), helper: String(helper), organisation }, deps.texts),
    'helpdesk-link': () => composeLinkText(language, { link: String(link), helper: String(helper), organisation }, deps.texts),
    'temporary-password': () => composePasswordText(language, { password: String(password), organisation }, deps.texts),
  };
  return compose[kind]();
}

/** Composes a text with a secret and queues it in the caller's transaction, beside the mails: one outbox, each row knows what carries it. */
export async function queueCodeText(
  deps: Pick<CoreDeps, 'clock' | 'random' | 'texts' | 'configuration'>,
  store: Store,
  request: CodeTextRequest,
): Promise<void> {
  const { to, expiresAt } = request;
  const text = composeText(deps, request);
  const now = deps.clock.now();
  await store.outbox.insert({
    id: randomId(deps.random),
    lane: 'code',
    kind: to === null ? DISCARD_JOB : SMS_JOB,
    payload: JSON.stringify({ to: to ?? 'nobody', text }),
    createdAt: now,
    runAt: now,
    expiresAt: expiresAt ?? null,
  });
}
