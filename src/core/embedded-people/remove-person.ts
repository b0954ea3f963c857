import { AppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import { recordEvent } from '../audit/record-event.ts';
import { actorOf, type ChangedBy, type EnrolmentDeps, takeTurn } from '../enrolment/enrol-factors.ts';
import { ownedFactors } from '../enrolment/factors-of.ts';
import { ownerOf } from '../factors/owner-of.ts';
import type { Account } from '../ports/directory.ts';
import { endAllSessions } from '../sessions/end-sessions.ts';

/**
 * Removes somebody from a directory that Keyturn keeps, for good: what proves them and their sessions end, open invitations are taken back,
 * and other accounts of theirs are no longer linked. What is in the audit log stays, with the name they signed in with. Whoever gets their
 * name later is another account.
 * @throws AppError `directory.account-missing` where somebody else has removed them meanwhile
 */
export async function removePerson(deps: EnrolmentDeps, account: Account, by: ChangedBy & { reason: string }): Promise<void> {
  const ref = { directory: account.directory, id: account.id };
  const { author, reason } = by;
  const about = { account: ref, author, actor: actorOf(by) };
  await deps.store.transaction(async (store) => {
    await takeTurn(deps, store, ref);
    const now = deps.clock.now();
    await recordEvent(store, deps.clock, { type: 'directory.person-removed', ...about, name: account.login, reason });
    for (const row of await ownedFactors(store, ref, now)) {
      // What was enrolled for a linked account stays with it.
      if (accountKey(ownerOf(row)) !== accountKey(ref) || !(await store.factors.end(row.id, now))) continue;
      await recordEvent(store, deps.clock, {
        type: 'factor.ended',
        ...about,
        factor: row.kind,
        id: row.id,
        reason: 'the account was removed',
      });
    }
    // Of linked accounts too: they were proven by what has just ended.
    for (const each of await store.people.accountsOf(ref))
      await endAllSessions(deps, store, each, { because: 'account-closed', actor: about.actor });
    await store.invitations.revokeOpen(ref, now);
    await store.people.unlink(ref);
    if (!(await store.embedded.remove(ref.directory, ref.id))) throw new AppError('directory.account-missing', { name: account.login });
  });
}
