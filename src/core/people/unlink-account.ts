import { AppError } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import { actorOf, type ChangedBy, type EnrolmentDeps, endSessionsOfChanged, takeTurn } from '../enrolment/enrol-factors.ts';
import { changedByOwner, requireMayChange } from '../enrolment/own-session.ts';
import type { ActDeps } from '../journey/act.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { AccountRef, Directory } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';

export type PartingDeps = EnrolmentDeps & { readonly directories: { all(): readonly Directory[] } };

/**
 * Makes a linked account a person of its own again, at the wish of an owner who is signed in.
 * @throws AppError `people.not-linked`, `session.*` as for any change of proofs
 */
export async function unlinkAccount(deps: ActDeps, session: Session, id: string): Promise<void> {
  await requireMayChange(deps, session);
  await partAccount(deps, session.account, id, { ...changedByOwner(deps, session), reason: 'by the owner' });
  deps.wakeOutbox('notice');
}

/**
 * Parts a linked account from the others of a person. What was enrolled stays with the account for which it was. Both owners are told, and
 * all sessions of both end, but for the one in which it is done.
 * @param id of the link
 * @throws AppError `people.not-linked`, and what `by.spend` throws
 */
export async function partAccount(deps: PartingDeps, account: AccountRef, id: string, by: ChangedBy & { reason: string }): Promise<void> {
  const { author, language, reason, lane } = by;
  const known = await linkedAs(deps.store, account, id);
  // A directory is asked while nothing is held.
  const [own, parted] = await Promise.all([loginOf(deps, account), loginOf(deps, known)]);
  await deps.store.transaction(async (store) => {
    await takeTurn(deps, store, account);
    await by.spend?.(store);
    const other = await linkedAs(store, account, id);
    await recordEvent(store, deps.clock, { type: 'account.unlinked', account, other, author, reason, actor: actorOf(by) });
    await endSessionsOfChanged(deps, store, account, by);
    const rest = (await store.people.accountsOf(other)).slice(1);
    if (!(await store.people.unlink(other))) throw new AppError('people.not-linked');
    await store.people.notePartings(other, rest, deps.clock.now());
    await queueNotice(deps, store, { kind: 'account-unlinked', account, language, other: parted }, { lane });
    await queueNotice(deps, store, { kind: 'account-unlinked', account: other, language, other: own }, { lane });
  });
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
    const said = { author: 'owner', reason: 'the owner said: this was not me', actor };
    await recordEvent(store, deps.clock, { type: 'account.unlinked', account, other, ...said });
  }
}

/** @throws AppError `people.not-linked` */
async function linkedAs(store: Store, account: AccountRef, id: string): Promise<AccountRef> {
  const linked = (await store.people.linkedTo(account)).find((each) => each.id === id);
  if (linked === undefined) throw new AppError('people.not-linked');
  return { directory: linked.directory, id: linked.accountId };
}

/** As its owner knows it; what stands for it where its directory does not say: accounts are parted all the same. */
async function loginOf(deps: PartingDeps, ref: AccountRef): Promise<string> {
  const directory = deps.directories.all().find(({ id }) => id === ref.directory);
  const account = await directory?.readAccount(ref).catch(() => null);
  return account?.login ?? `${ref.directory}/${ref.id}`;
}
