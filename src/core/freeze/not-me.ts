import { AppError } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import { supportContact } from '../configuration/support-contact.ts';
import type { CoreDeps } from '../core-deps.ts';
import { endWaiting, takeTurn } from '../enrolment/enrol-factors.ts';
import { queueMail } from '../notify/queue-mail.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import { unlinkWaiting } from '../people/unlink-account.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomToken } from '../random-id.ts';
import { endAllSessions } from '../sessions/end-sessions.ts';

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
 * button twice is the same as once while the account is frozen. After an operator has released it every link that is still good
 * freezes again, used or not: links look alike, and whoever presses one means it now. What is answered is so.
 * @throws AppError `notice.link-invalid`
 */
export async function sayNotMe(deps: CoreDeps, token: string, actor: Actor): Promise<void> {
  const tokenDigest = deps.keys.digest('notice-token', token);
  const link = await deps.store.freezes.findLink(tokenDigest, deps.clock.now());
  if (link === null) throw new AppError('notice.link-invalid');
  const { organisation } = deps.configuration();
  const language = organisation.defaultLanguage;
  const name = await nameOf(deps, link.account);
  const news = await deps.store.transaction(async (store) => {
    const { account } = link;
    // What is being added at this moment is added before, and ends here, or finds the freeze.
    await takeTurn(deps, store, account);
    const first = await store.freezes.spendLink(tokenDigest, deps.clock.now());
    const frozenNow = await store.freezes.freeze(account, 'not-me', deps.clock.now());
    if (!first && !frozenNow) return false;
    await recordEvent(store, deps.clock, { type: 'recovery.frozen', account, actor, reason: 'not-me' });
    for (const each of await store.people.accountsOf(account))
      await endAllSessions(deps, store, each, { because: 'recovery-frozen', actor });
    // First, as what is enrolled for another account seems to wait for as long as the link to it does.
    await unlinkWaiting(deps, store, account, actor);
    await endWaiting(deps, store, account, actor);
    // What is enrolled by an invitation of a linked account counts for this one too, and at once.
    for (const each of await store.people.accountsOf(account)) await store.invitations.revokeOpen(each, deps.clock.now());
    await queueNotice(deps, store, { kind: 'recovery-frozen', account, language });
    if (organisation.alarmAddress !== undefined) {
      const parameters = { ...name, organisation: organisation.name, contact: supportContact(deps.configuration(), language) };
      await queueMail(deps, store, {
        lane: 'notice',
        to: organisation.alarmAddress,
        kind: 'recovery-frozen',
        directory: null,
        language,
        parameters,
      });
    }
    return true;
  });
  if (!news) return;
  deps.log.warn('recovery.frozen', { directory: link.account.directory, account: link.account.id });
  deps.wakeOutbox('notice');
}

/** How long the directory may take to say whom an alarm is about. Milliseconds. */
const NAME_WITHIN = 2000;

/** The account as a helpdesk knows it; its identifier when the directory does not answer soon, as the alarm must go out at once. */
async function nameOf(deps: CoreDeps, ref: AccountRef): Promise<{ account: string; directory?: string }> {
  const read = async () => {
    const directory = deps.directories.get(ref.directory);
    const account = await directory.readAccount(ref);
    return account === null ? null : { account: account.login, directory: directory.label };
  };
  const unknown = (error: unknown) => {
    deps.log.warn('recovery.frozen-name-unknown', { directory: ref.directory, error });
    return null;
  };
  const found = await Promise.race([read().catch(unknown), deps.clock.sleep(NAME_WITHIN).then(() => null)]);
  return found ?? { account: `${ref.directory}/${ref.id}` };
}
