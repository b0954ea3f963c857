import { AppError, isAppError } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Act } from '../journey/act.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { SessionEnd } from '../ports/session-store.ts';
import type { Store } from '../ports/store.ts';
import type { Session } from './session.ts';

type Deps = Pick<CoreDeps, 'store' | 'clock'>;
type ActDeps = Deps & { readonly act: Act };

/** Signs out. Doing so twice is the same as once. */
export async function signOut(deps: ActDeps, session: Session): Promise<void> {
  await endOne(deps, session, session.id, 'signed-out');
}

/**
 * Ends one session of the account by another one, or by itself.
 * @throws AppError `session.unknown`
 */
export async function endSession(deps: ActDeps, session: Session, id: string): Promise<void> {
  const because = id === session.id ? 'signed-out' : 'ended-elsewhere';
  if (!(await endOne(deps, session, id, because))) throw new AppError('session.unknown');
}

/**
 * Ends one session of the account. The log before the sessions, here and wherever sessions are ended: one order of locks, so that two
 * nodes never wait for each other.
 * @returns false: it was over already, or is none of the account
 */
export async function endOne(deps: ActDeps, session: Session, id: string, because: SessionEnd): Promise<boolean> {
  const { account } = session;
  try {
    await deps.store.transaction(async (store) => {
      await recordEvent(store, deps.clock, {
        type: 'session.ended',
        account,
        session: id,
        because,
        actor: sessionActor(deps.act, session),
      });
      if (!(await store.sessions.end(account, id, because, deps.act.at))) throw new AppError('session.unknown');
    });
    return true;
  } catch (error) {
    if (!isAppError(error, 'session.unknown')) throw error;
    return false;
  }
}

/** Ends every session of the account, the one that asks included. @returns how many */
export async function signOutEverywhere(deps: ActDeps, session: Session): Promise<number> {
  const actor = sessionActor(deps.act, session);
  return deps.store.transaction((store) => endAllSessions(deps, store, session.account, { because: 'ended-elsewhere', actor }));
}

/**
 * Ends every session of an account, in the transaction of what makes them worthless: a password that was or may have been written,
 * "this was not me", a change of what its owner can prove themselves with.
 * @param except the sessions in which that was done, where its holder has just proven who they are
 */
export async function endAllSessions(
  deps: Pick<CoreDeps, 'clock'>,
  store: Store,
  account: AccountRef,
  { because, actor, except = [] }: { because: SessionEnd; actor: Actor; except?: readonly string[] | undefined },
): Promise<number> {
  const now = deps.clock.now();
  const count = await store.sessions.countOpen(account, now, except);
  if (count === 0) return 0;
  await recordEvent(store, deps.clock, { type: 'session.all-ended', account, because, actor, count });
  return store.sessions.endAll(account, because, now, except);
}

/** Who acts in a session, for the audit log. */
export function sessionActor({ address }: Act, session: Session): Actor {
  const startedFrom = address === session.address ? {} : { startedFrom: session.address };
  return { kind: 'self', address, ...startedFrom, client: session.client };
}
