import { AppError } from '../../../../shared/errors.ts';
import { recordEvent } from '../../audit/record-event.ts';
import type { ActDeps } from '../../journey/act.ts';
import type { InvitationRow } from '../../ports/invitation-store.ts';
import { sessionActor } from '../../sessions/end-sessions.ts';
import type { Session } from '../../sessions/session.ts';

/**
 * Who has signed in shows the invitation that they came by: what they set up in this session counts as early as invitations say. It takes
 * the password and the mailbox together, so neither a scanner that opens the link nor whoever forwards it uses anything up. Until
 * something is added another session of the same account may show it too: a browser that was closed costs nobody their invitation.
 * @returns from when on what is added counts, in hours
 * @throws AppError `invitation.invalid`, `invitation.other-account`
 */
export async function showInvitation(deps: ActDeps, session: Session, token: string): Promise<{ coolDownHours: number }> {
  const row = await deps.store.invitations.findByToken(deps.keys.digest('invitation-token', token));
  if (row === null) throw new AppError('invitation.invalid');
  // Only who holds the link learns that it was made for somebody else, and not for whom.
  if (row.directory !== session.account.directory || row.accountId !== session.account.id) throw new AppError('invitation.other-account');
  if (row.sessionId === session.id) return { coolDownHours: await coolDownHoursOf(deps, session) };
  await deps.store.transaction(async (store) => {
    const about = { account: session.account, id: row.id, session: session.id, actor: sessionActor(deps.act, session) };
    await recordEvent(store, deps.clock, { type: 'invitation.shown', ...about });
    if (!(await store.invitations.claim(row.id, session.id, deps.act.at))) throw new AppError('invitation.invalid');
    // Who has proven themselves in full has set something up: it has done what it was for.
    if (session.rights === 'full') await store.invitations.use(row.id, session.id, deps.act.at);
  });
  return { coolDownHours: await coolDownHoursOf(deps, session) };
}

/**
 * The invitation by which somebody adds in a session, if any. Who has proven themselves in full needs none, and a phone that they let in
 * has no more than they do.
 */
export async function invitationOf({ store, act }: ActDeps, { rights, from, id, account }: Session): Promise<InvitationRow | null> {
  if (rights !== 'enrolment') return null;
  if (from === undefined) return store.invitations.ofSession(id, act.at);
  const holder = (await store.sessions.ofAccount(account, act.at)).find((each) => each.id === from);
  return holder?.rights === 'enrolment' ? store.invitations.ofSession(from, act.at) : null;
}

/** How long what is added in a session waits before it counts. */
export async function coolDownHoursOf(deps: ActDeps, session: Session): Promise<number> {
  const { factors, enrolment } = deps.configuration();
  return (await invitationOf(deps, session)) === null ? factors.coolDownHours : enrolment.invitations.coolDownHours;
}
