import { AppError } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import { endSessionsOfChanged, takeTurn } from '../enrolment/enrol-factors.ts';
import { changedByOwner, requireMayChange } from '../enrolment/own-session.ts';
import type { ActDeps } from '../journey/act.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';

/**
 * Makes a linked account a person of its own again. What was enrolled stays with the account for which it was. Both owners are told, and
 * all other sessions of both end.
 * @throws AppError `people.not-linked`, `session.*` as for any change of proofs
 */
export async function unlinkAccount(deps: ActDeps, session: Session, id: string): Promise<void> {
  await requireMayChange(deps, session);
  const { account, language } = session;
  const by = changedByOwner(deps, session);
  const known = await linkedAs(deps.store, session, id);
  // A directory is asked while nothing is held.
  const [own, parted] = await Promise.all([loginOf(deps, account), loginOf(deps, known)]);
  await deps.store.transaction(async (store) => {
    await takeTurn(deps, store, account);
    await by.spend(store);
    const other = await linkedAs(store, session, id);
    await recordEvent(store, deps.clock, { type: 'account.unlinked', account, other, reason: 'by the owner', actor: by.actor });
    await endSessionsOfChanged(deps, store, account, by);
    const rest = (await store.people.accountsOf(other)).slice(1);
    if (!(await store.people.unlink(other))) throw new AppError('people.not-linked');
    await store.people.notePartings(other, rest, deps.act.at);
    await queueNotice(deps, store, { kind: 'account-unlinked', account, language, other: parted });
    await queueNotice(deps, store, { kind: 'account-unlinked', account: other, language, other: own });
  });
  deps.wakeOutbox('notice');
}

/**
 * Parts an account from those whose links do not count yet, at the word of its owner that it was not they: whoever got in links what lets
 * them in again.
 */
export async function unlinkWaiting(deps: Pick<CoreDeps, 'clock'>, store: Store, account: AccountRef, actor: Actor): Promise<void> {
  const now = deps.clock.now();
  for (const { directory, accountId, countsFrom } of await store.people.linkedTo(account)) {
    const other = { directory, id: accountId };
    if (countsFrom <= now || !(await store.people.unlink(other))) continue;
    await store.people.notePartings(other, [account], now);
    await recordEvent(store, deps.clock, { type: 'account.unlinked', account, other, reason: 'the owner said: this was not me', actor });
  }
}

/** @throws AppError `people.not-linked` */
async function linkedAs(store: Store, { account }: Session, id: string): Promise<AccountRef> {
  const linked = (await store.people.linkedTo(account)).find((each) => each.id === id);
  if (linked === undefined) throw new AppError('people.not-linked');
  return { directory: linked.directory, id: linked.accountId };
}

/** As its owner knows it; what stands for it where its directory does not say: accounts are parted all the same. */
async function loginOf(deps: ActDeps, ref: AccountRef): Promise<string> {
  const directory = deps.directories.all().find(({ id }) => id === ref.directory);
  const account = await directory?.readAccount(ref).catch(() => null);
  return account?.login ?? `${ref.directory}/${ref.id}`;
}
