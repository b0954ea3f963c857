import { AppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { ActDeps } from '../journey/act.ts';
import { slowDown } from '../journey/start-journey.ts';
import type { Store } from '../ports/store.ts';
import { requireAccountOpen } from '../sessions/account-open.ts';
import { sessionActor } from '../sessions/end-sessions.ts';
import { isOver } from '../sessions/find-session.ts';
import { allGivenAnew, requireFresh, requireFreshProof, requireFullRights } from '../sessions/freshness.ts';
import { listSessions } from '../sessions/list-sessions.ts';
import type { Session } from '../sessions/session.ts';
import { requireEnoughStill } from '../sessions/still-enough.ts';
import type { ChangedBy } from './enrol-factors.ts';
import { invitationOf } from './invitations/show-invitation.ts';

/** How fresh the proofs of a session must be for a change of what proves its owner; milliseconds. */
const FRESH_FOR = 10 * 60_000;
const HOUR = 3_600_000;
/** Proofs that one account may add in an hour: each is told to every address of the owner. */
const MOST_ADDED = 20;

/**
 * Lets the owner add a proof: somebody who has proven themselves lately by all that the session was opened with, be it the password alone
 * where nothing was enrolled. A password that was changed at the directory meanwhile, because somebody else had it, adds nothing more. What
 * is added waits for its cool-down either way. A phone has proven nothing: who has let it in had, and it is let in for a short time.
 * @throws AppError `session.step-up-needed`
 */
export function requireMayAdd({ act, configuration }: ActDeps, session: Session): void {
  if (session.from === undefined) requireFresh(act, session, allGivenAnew(configuration(), session, FRESH_FOR));
}

/**
 * Lets the owner rename and take away, link and part: a session that may only enrol does none of it, nor does one that rests on what counts
 * for nothing while a threat is raised, or one of an account that was closed meanwhile.
 * @throws AppError `session.step-up-needed`, `session.for-enrolment-only`, `session.ended`, `directory.*`
 */
export async function requireMayChange(deps: ActDeps, session: Session): Promise<void> {
  requireFullRights(session);
  await requireEnoughStill(deps, session);
  requireFreshProof(deps.act, session, allGivenAnew(deps.configuration(), session, FRESH_FOR));
  await requireAccountOpen(deps, session);
}

/** Who changes, and on what it rests: the session must be open still when the account's turn is held. */
export function changedByOwner(
  deps: ActDeps,
  session: Session,
  spend?: (store: Store) => Promise<void>,
): ChangedBy & Required<Pick<ChangedBy, 'actor' | 'spend'>> {
  return {
    author: 'self',
    actor: sessionActor(deps.act, session),
    language: session.language,
    lane: 'notice',
    sessions: goingOn(session),
    async spend(store) {
      await requireOpen(deps, store, session);
      await spend?.(store);
    },
  };
}

/** What goes on when its owner changes what proves them: the session in which they do, and of a phone the one that has let it in. */
export function goingOn({ id, from }: Session): string[] {
  return from === undefined ? [id] : [id, from];
}

/**
 * The same of a proof that is added, which counts from `countsFrom` on: as often in an hour as somebody may want to, and no oftener, as
 * whoever has stolen a session would fill the owner's mailbox. What is taken away is not counted: the owner may always do that. Who was
 * invited uses the invitation up.
 */
export async function addedByOwner(
  deps: ActDeps,
  session: Session,
  spend?: (store: Store) => Promise<void>,
): Promise<ReturnType<typeof changedByOwner> & { countsFrom: number }> {
  await requireEnoughToAdd(deps, session);
  const invitation = await invitationOf(deps, session);
  const invited = deps.configuration().enrolment.invitations.coolDownHours;
  const by = changedByOwner(deps, session, async (store) => {
    const key = deps.keys.digest('guard-target', `own-added|${accountKey(session.account)}`);
    const row = (await store.counters.hitAll([{ key, windowMilliseconds: HOUR }], deps.act.at)).get(key);
    if (row !== undefined && row.count > MOST_ADDED) throw slowDown(deps.act, row.windowStartedAt + HOUR);
    // Used with what it gives: another session, or a freeze, was quicker.
    const isHeld = invitation === null || (await store.invitations.use(invitation.id, session.from ?? session.id, deps.act.at));
    if (!isHeld) throw new AppError('invitation.invalid');
    await spend?.(store);
  });
  return { ...by, countsFrom: invitation === null ? countsFromNow(deps) : deps.act.at + invited * HOUR };
}

/**
 * Nobody adds a proof by one that does not count while a threat is raised, nor on a phone that was let in by such a one, nor to an account
 * that was closed meanwhile. Who had nothing has given all that there was.
 * @throws AppError `session.ended`, `directory.*`
 */
export async function requireEnoughToAdd(deps: ActDeps, session: Session): Promise<void> {
  if (session.from !== undefined) {
    const from = (await listSessions(deps, session)).find(({ id }) => id === session.from);
    if (from === undefined) throw new AppError('session.ended');
    return requireEnoughToAdd(deps, from);
  }
  if (session.rights !== 'enrolment') await requireEnoughStill(deps, session);
  await requireAccountOpen(deps, session);
}

/** From when on what is added by its owner counts. */
export function countsFromNow({ configuration, act }: ActDeps): number {
  return act.at + configuration().factors.coolDownHours * HOUR;
}

/** Whoever ended it meanwhile ("this was not me", another password, another device) meant this change too. @throws AppError `session.ended` */
export async function requireOpen({ configuration, act }: ActDeps, store: Store, session: Session): Promise<void> {
  const row = await store.sessions.findByToken(session.row.tokenDigest);
  if (row === null || isOver(row, configuration().signIn, act.at)) throw new AppError('session.ended');
  // A phone is let in for as long as whoever has let it in is signed in: signing out there is how they take it back.
  const { from, account } = session;
  const isHeld = from === undefined || (await store.sessions.ofAccount(account, act.at)).some(({ id }) => id === from);
  if (!isHeld) throw new AppError('session.ended');
}
