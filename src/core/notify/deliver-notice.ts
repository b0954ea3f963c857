import type { CoreDeps } from '../core-deps.ts';
import { createNotMeLink } from '../freeze/not-me.ts';
import type { Account } from '../ports/directory.ts';
import { queueMail } from './queue-mail.ts';
import type { NoticeRequest } from './queue-notice.ts';

/** Notices that carry a "this was not me" link: those that tell of a change. */
const WITH_LINK = new Set<NoticeRequest['kind']>(['password-was-reset', 'account-was-unlocked']);

/**
 * Turns a notice into one mail for every address we know: the enrolled ones and those of the directory (NIST SP
 * 800-63B-4 4.2.3: to all of them). Run by the outbox worker, so a directory that is down only delays it.
 * The notice is done in the same transaction that queues its mails, so that a crash in between never sends them twice.
 * @throws AppError `directory.*`: tried again later
 */
export async function deliverNotice(deps: CoreDeps, notice: NoticeRequest & { happenedAt: number }, noticeId: string): Promise<void> {
  const directory = deps.directories.get(notice.account.directory);
  const account = await directory.readAccount(notice.account);
  if (account === null) return deps.log.warn('notice.account-missing', { directory: notice.account.directory });
  const addresses = await addressesOf(deps, notice, account);
  if (addresses.length === 0) return deps.log.warn('notice.no-address', { directory: notice.account.directory, kind: notice.kind });
  const language = deps.texts.pick(account.language ?? notice.language);
  const { organisation } = deps.configuration();
  await deps.store.transaction(async (store) => {
    const link = WITH_LINK.has(notice.kind) ? { link: await createNotMeLink(deps, store, notice.account) } : {};
    const parameters = {
      account: account.login,
      directory: directory.label,
      happenedAt: notice.happenedAt,
      organisation: organisation.name,
      contact: organisation.supportContact,
      ...link,
    };
    for (const to of addresses) await queueMail(deps, store, { lane: 'notice', to, kind: notice.kind, language, parameters });
    await store.outbox.done(noticeId, deps.clock.now());
  });
  deps.wakeOutbox('notice');
}

async function addressesOf(deps: CoreDeps, notice: NoticeRequest, account: Account): Promise<string[]> {
  const factors = await deps.store.factors.ofAccount(notice.account);
  const enrolled = factors.filter((factor) => factor.kind === 'email').map((factor) => factor.secret);
  // A hint that recovery is not possible goes to enrolled addresses alone: nobody has proven anything yet.
  const known = notice.kind === 'recovery-not-possible' ? enrolled : [...enrolled, ...account.mail];
  return [...new Map(known.map((address) => [address.trim().toLowerCase(), address.trim()])).values()];
}
