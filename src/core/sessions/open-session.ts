import { AppError, isAppError } from '../../../shared/errors.ts';
import { accountKey, type Candidate } from '../accounts/candidate.ts';
import { readOpenAccount } from '../accounts/read-open-account.ts';
import { recordEvent } from '../audit/record-event.ts';
import { factorsOf } from '../enrolment/factors-of.ts';
import { requirementFor } from '../enrolment/own-requirement.ts';
import type { Requirement } from '../enrolment/requirement.ts';
import { type ActDeps, journeyActor } from '../journey/act.ts';
import { findJourney } from '../journey/find-journey.ts';
import type { JourneyKey } from '../journey/journey-key.ts';
import type { JourneyState, LoadedJourney } from '../journey/journey-state.ts';
import { isProvenStill, readStill } from '../journey/proven-still.ts';
import { completeAmong } from '../journey/what-counts.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { SessionRow } from '../ports/session-store.ts';
import type { Store } from '../ports/store.ts';
import { randomId, randomToken } from '../random-id.ts';
import { newestProofs, type Session, type SessionFacts, sessionOf } from './session.ts';

/** How long a phone may add what proves its owner; milliseconds. */
const ON_PHONE = 30 * 60_000;

/**
 * Opens the session that a sign-in has earned: once for each journey, so that its token is worth nothing afterwards. The token of a session
 * is always a new one, made here: nobody can have put it into the browser before.
 * @returns the token, shown to nobody else and kept only as a digest
 * @throws AppError `session.not-proven`, `journey.*` as for any answer, `directory.*` where it is not told how the account stands
 */
export async function openSession(deps: ActDeps, key: JourneyKey): Promise<{ token: string; session: Session }> {
  const journey = await findJourney(deps, key);
  const candidate = whoSignedIn(journey.state);
  if (candidate === null || !deps.configuration().signIn.enabled) throw new AppError('session.not-proven');
  const account = candidate.ref;
  const token = randomToken(deps.random);
  const [requirement, isOpen] = await Promise.all([
    journey.state.goal === 'sign-in' ? readAsked(deps, account) : null,
    // The last page may have stood there for a while, and the account be closed, protected or gone since.
    readOpenAccount(deps, account),
  ]);
  if (isOpen === null) throw new AppError('session.not-proven');
  const asked = requirement?.ask === 'nothing' ? null : requirement;
  const row = rowFor(deps, journey, candidate, { tokenDigest: deps.keys.digest('session-token', token), forced: asked?.ask === 'force' });
  const read = await readStill(deps, journey.state);
  await deps.store.transaction(async (store) => {
    // First, as it locks the end of the log: whatever ends sessions is either seen below, or comes after and ends this one.
    const about = { account, session: row.id, actor: journeyActor(deps.act, journey.state) };
    await recordEvent(store, deps.clock, {
      type: 'session.opened',
      ...about,
      journey: row.journeyId,
      factors: journey.state.proven,
      rights: row.rights,
    });
    // Whoever proved something before the password was set anew, or before "this was not me", proved it about an account that is no more.
    const wasWritten = await store.intents.wroteSince(account, journey.state.logEnd, { journey: journey.row.id });
    if (wasWritten || (await store.freezes.isFrozen(account))) throw new AppError('session.not-proven');
    if (!(await isProvenStill(store, journey.state, account, { now: deps.act.at, read, except: { journey: journey.row.id } })))
      throw new AppError('session.not-proven');
    // What was enough may be so no more: a threat was raised meanwhile.
    const isEnough = journey.state.goal !== 'sign-in' || completeAmong(deps, journey.state, [candidate]).length > 0;
    if (!isEnough) throw new AppError('session.not-proven');
    const { onPhone } = journey.state;
    if (
      !(await (onPhone === undefined ? mayBeFirst({ ...deps, store }, row, candidate) : isOpenStill(store, account, onPhone, deps.act.at)))
    )
      throw new AppError('session.not-proven');
    if (!(await store.sessions.insert(row))) throw new AppError('session.not-proven');
    if (requirement?.ask === 'nothing' && requirement.because === 'can-recover') await store.enrolmentAsks.forget(account);
    if (asked !== null && (await store.enrolmentAsks.ask(account, deps.act.at)))
      await recordEvent(store, deps.clock, { type: 'enrolment.asked', ...about, rule: asked.rule.name });
  });
  return { token, session: sessionOf(row) };
}

/** What somebody who signs in is asked to enrol; null: that cannot be read, which keeps nobody out. */
export async function readAsked(deps: ActDeps, account: AccountRef): Promise<Requirement | null> {
  try {
    return await requirementFor(deps, account);
  } catch (error) {
    if (!isAppError(error) || !(error.code === 'session.ended' || error.code.startsWith('directory.'))) throw error;
    deps.log.warn('enrolment.not-told', { directory: account.directory, account: account.id, error });
    return null;
  }
}

/**
 * The password alone is enough for who has nothing at all: not since something was enrolled, and not while that waits for its cool-down,
 * in which somebody else would enrol theirs.
 */
async function mayBeFirst(deps: ActDeps, { rights }: SessionRow, { ref, contacts }: Candidate): Promise<boolean> {
  return rights !== 'enrolment' || (await factorsOf(deps, { ...ref, contacts })).length === 0;
}

/** A phone is let in for as long as whoever has let it in is signed in. */
async function isOpenStill(store: Store, account: AccountRef, { session }: { session: string }, now: number): Promise<boolean> {
  return (await store.sessions.ofAccount(account, now)).some(({ id }) => id === session);
}

/** Whom a journey has signed in; null: nobody, or not yet. */
function whoSignedIn(state: JourneyState): Candidate | null {
  const { step } = state;
  if ((state.goal !== 'sign-in' && state.goal !== 'enrol-on-phone') || step.kind !== 'done') return null;
  const [result, ...others] = step.results;
  if (result === undefined || others.length > 0) return null;
  // Who chose a new password on the way in has given the old one before. Who was let in on a phone has proven nothing there.
  if (!['signed-in', 'password-reset', 'proven'].includes(result.outcome)) return null;
  return (state.candidates ?? []).find(({ ref }) => accountKey(ref) === result.account) ?? null;
}

function rowFor(
  deps: ActDeps,
  { row, state }: LoadedJourney,
  candidate: Candidate,
  { tokenDigest, forced }: { tokenDigest: string; forced: boolean },
): SessionRow {
  const { at } = deps.act;
  const { ref } = candidate;
  const isAlone = state.proven.every((kind) => kind === 'password');
  const facts: SessionFacts = {
    proofs: newestProofs([], state.proven, state.provenAt ?? at),
    address: deps.act.address,
    client: state.client.kind,
    login: candidate.login,
    language: state.language,
    ...(state.onPhone === undefined ? {} : { from: state.onPhone.session }),
  };
  return {
    id: randomId(deps.random),
    tokenDigest,
    journeyId: row.id,
    directory: ref.directory,
    accountId: ref.id,
    rights: isAlone ? 'enrolment' : forced ? 'until-enrolled' : 'full',
    facts: JSON.stringify(facts),
    createdAt: at,
    endsAt: at + (state.onPhone === undefined ? deps.configuration().signIn.longestHours * 3_600_000 : ON_PHONE),
    seenAt: at,
    endedAt: null,
    endedBecause: null,
    roles: [],
    rolesReadAt: null,
  };
}
