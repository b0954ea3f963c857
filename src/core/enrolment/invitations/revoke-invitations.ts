import { recordEvent } from '../../audit/record-event.ts';
import type { AccountRef } from '../../ports/directory.ts';
import { actorOf, type ChangedBy, type EnrolmentDeps, takeTurn } from '../enrol-factors.ts';
import { isGood } from './invite.ts';

/** Ends the invitations of an account that nothing was added by. @returns how many; nothing is recorded of none */
export async function revokeInvitations(
  deps: EnrolmentDeps,
  account: AccountRef,
  by: Pick<ChangedBy, 'author' | 'actor'> & { reason: string },
): Promise<number> {
  return deps.store.transaction(async (store) => {
    await takeTurn(deps, store, account);
    const rows = await store.invitations.ofAccount(account);
    if (!rows.some((row) => isGood(row, deps.clock.now()))) return 0;
    const count = await store.invitations.revokeOpen(account, deps.clock.now());
    const { author, reason } = by;
    await recordEvent(store, deps.clock, { type: 'invitation.revoked', account, author, reason, count, actor: actorOf(by) });
    return count;
  });
}
