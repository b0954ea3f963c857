import { AppError } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import { queueMail } from '../notify/queue-mail.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomToken } from '../random-id.ts';

/** How long the link in a notice works. */
const LINK_LIFETIME = 30 * 24 * 3600 * 1000;

/**
 * Makes a "this was not me" link for a notice (JRN-8). The token is in the fragment, which no server or proxy logs, and
 * the page spends it only when the person presses the button: a mail scanner that opens the link changes nothing (JRN-10).
 */
export async function createNotMeLink(
  deps: Pick<CoreDeps, 'keys' | 'random' | 'clock' | 'configuration'>,
  store: Store,
  account: AccountRef,
): Promise<string> {
  const token = randomToken(deps.random);
  const tokenDigest = deps.keys.digest('notice-token', token);
  await store.freezes.insertLink({ tokenDigest, account, expiresAt: deps.clock.now() + LINK_LIFETIME });
  return `${deps.configuration().organisation.publicUrl.replace(/\/+$/, '')}/not-me#${token}`;
}

/**
 * Freezes recovery of the account that a link stands for, until an operator lifts it, and raises the alarm. Pressing the
 * button twice is the same as once.
 * @throws AppError `notice.link-invalid`
 */
export async function sayNotMe(deps: CoreDeps, token: string, actor: Actor): Promise<void> {
  const tokenDigest = deps.keys.digest('notice-token', token);
  const link = await deps.store.freezes.findLink(tokenDigest, deps.clock.now());
  if (link === null) throw new AppError('notice.link-invalid');
  const { organisation } = deps.configuration();
  const language = organisation.defaultLanguage;
  const first = await deps.store.transaction(async (store) => {
    if (!(await store.freezes.spendLink(tokenDigest, deps.clock.now()))) return false;
    const { account } = link;
    await store.freezes.freeze(account, 'not-me', deps.clock.now());
    await recordEvent(store, deps.clock, { type: 'recovery.frozen', account, actor, reason: 'not-me' });
    await queueNotice(deps, store, { kind: 'recovery-frozen', account, language });
    if (organisation.alarmAddress !== undefined) {
      const parameters = {
        account: `${account.directory}/${account.id}`,
        organisation: organisation.name,
        contact: organisation.supportContact,
      };
      await queueMail(deps, store, { lane: 'notice', to: organisation.alarmAddress, kind: 'recovery-frozen', language, parameters });
    }
    return true;
  });
  if (!first) return;
  deps.log.warn('recovery.frozen', { directory: link.account.directory, account: link.account.id });
  deps.wakeOutbox('notice');
}
