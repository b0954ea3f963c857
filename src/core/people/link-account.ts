import { AppError } from '../../../shared/errors.ts';
import { accountKey, type Candidate } from '../accounts/candidate.ts';
import { readOpenAccount } from '../accounts/read-open-account.ts';
import { recordEvent } from '../audit/record-event.ts';
import { endSessionsOfChanged, takeTurn } from '../enrolment/enrol-factors.ts';
import { factorsOf } from '../enrolment/factors-of.ts';
import { changedByOwner, countsFromNow, requireMayChange } from '../enrolment/own-session.ts';
import type { ActDeps } from '../journey/act.ts';
import { advanceJourney } from '../journey/advance-journey.ts';
import { findJourney } from '../journey/find-journey.ts';
import type { JourneyKey } from '../journey/journey-key.ts';
import type { JourneyState, LoadedJourney } from '../journey/journey-state.ts';
import { isProvenStill, readStill } from '../journey/proven-still.ts';
import { startJourney } from '../journey/start-journey.ts';
import { completeAmong } from '../journey/what-counts.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { Account, AccountRef } from '../ports/directory.ts';
import { randomId } from '../random-id.ts';
import type { Session } from '../sessions/session.ts';

/** Accounts that one person may have. */
export const MOST_LINKED = 8;

/**
 * Begins the journey in which the holder of a session proves another account of theirs, as they would to sign in to it. Whoever holds the
 * session has to have proven themselves lately. The other name is looked up as any name that a stranger types.
 * @throws AppError `session.step-up-needed`, `session.for-enrolment-only`, `guard.slow-down`, `request.malformed` where nobody signs in
 */
export async function startLink(
  deps: ActDeps,
  session: Session,
  account: string,
  device?: string,
): Promise<{ token: string; journey: LoadedJourney }> {
  await requireMayChange(deps, session);
  const client = { kind: session.client };
  const language = deps.act.language ?? session.language;
  return startJourney(deps, { goal: 'link-account', account, language, client, device }, { session: session.id });
}

/**
 * Links the account that such a journey has proven to that of the session: once for each journey, in the session that began it, while
 * nothing has happened to either account since. The link waits its cool-down, as whatever people add by themselves, and both owners are
 * told at all of their addresses. All other sessions of both end.
 * @throws AppError `session.not-proven`, `session.*` as for any change of proofs, `people.taken`, `people.too-many`, `journey.*`
 */
export async function linkAccount(deps: ActDeps, session: Session, key: JourneyKey): Promise<void> {
  await requireMayChange(deps, session);
  const journey = await findJourney(deps, key);
  const added = whoWasProven(journey.state, session);
  const { account } = session;
  const [own, other] = await Promise.all([openAccount(deps, account), openAccount(deps, added.ref)]);
  const by = changedByOwner(deps, session);
  const read = await readStill(deps, journey.state);
  await deps.store.transaction(async (store) => {
    // Counters first, then the end of the log: one order of locks, and whatever bars either account is seen, or comes after.
    await takeTurn(deps, store, account, added.ref);
    await by.spend(store);
    const countsFrom = countsFromNow(deps);
    const about = { account, other: added.ref, journey: journey.row.id, countsFrom, actor: by.actor };
    await recordEvent(store, deps.clock, { type: 'account.linked', ...about });
    await requireUntouched({ ...deps, store }, journey, [account, added.ref]);
    if (!(await isProvenStill(store, journey.state, added.ref, { now: deps.act.at, read, except: { journey: journey.row.id } })))
      throw new AppError('session.not-proven');
    // What was enough may be so no more: a threat was raised meanwhile.
    if (completeAmong(deps, journey.state, [added]).length === 0) throw new AppError('session.not-proven');
    // The password alone is enough for an account for which nothing is enrolled, as it is to sign in.
    const isAlone = journey.state.proven.every((kind) => kind === 'password');
    if (isAlone && (await factorsOf({ ...deps, store }, other)).length > 0) throw new AppError('session.not-proven');
    if ((await store.people.linkedTo(account)).length >= MOST_LINKED - 1) throw new AppError('people.too-many', { most: MOST_LINKED });
    await advanceJourney(store, journey, { ...journey.state, hasAdded: true });
    const ids = [randomId(deps.random), randomId(deps.random)] as const;
    const link = { person: randomId(deps.random), ids, now: deps.act.at, by: journey.row.id, countsFrom };
    if (!(await store.people.link(account, added.ref, link))) throw new AppError('people.taken');
    await endSessionsOfChanged(deps, store, account, by);
    const { language } = session;
    await queueNotice(deps, store, { kind: 'account-linked', account, language, other: other.login, countsFrom });
    await queueNotice(deps, store, { kind: 'account-linked', account: added.ref, language, other: own.login, countsFrom });
  });
  deps.wakeOutbox('notice');
}

/** @throws AppError `session.not-proven`; `people.taken` for the account of the session itself */
function whoWasProven(state: JourneyState, session: Session): Candidate {
  const { step, link, goal, hasAdded } = state;
  const [result, ...others] = step.kind === 'done' ? step.results : [];
  const isOurs = goal === 'link-account' && link?.session === session.id && hasAdded !== true;
  const found = (state.candidates ?? []).find(({ ref }) => accountKey(ref) === result?.account);
  if (!isOurs || result?.outcome !== 'proven' || others.length > 0 || found === undefined) throw new AppError('session.not-proven');
  if (accountKey(found.ref) === accountKey(session.account)) throw new AppError('people.taken');
  return found;
}

/** One that became protected or was closed meanwhile is linked to none. @throws AppError `session.not-proven` */
async function openAccount(deps: ActDeps, ref: AccountRef): Promise<Account> {
  const account = await readOpenAccount(deps, ref);
  if (account === null) throw new AppError('session.not-proven');
  return account;
}

/** Whoever proved something before a password was set anew, or before "this was not me", proved it about an account that is no more. */
async function requireUntouched({ store }: ActDeps, { row, state }: LoadedJourney, accounts: readonly AccountRef[]): Promise<void> {
  for (const account of accounts) {
    const wasWritten = await store.intents.wroteSince(account, state.logEnd, { journey: row.id });
    if (wasWritten || (await store.freezes.isFrozen(account))) throw new AppError('session.not-proven');
  }
}
