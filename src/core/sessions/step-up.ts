import type { FactorKind } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import { type Candidate, candidateOf } from '../accounts/candidate.ts';
import { guardNames } from '../accounts/find-candidates.ts';
import { readOpenAccount } from '../accounts/read-open-account.ts';
import { unknownRuleFacts } from '../accounts/read-rule-facts.ts';
import { recordEvent } from '../audit/record-event.ts';
import { factorsThatCount } from '../enrolment/factors-of.ts';
import { type ActDeps, journeyActor } from '../journey/act.ts';
import { findJourney } from '../journey/find-journey.ts';
import type { JourneyKey } from '../journey/journey-key.ts';
import type { JourneyState, LoadedJourney } from '../journey/journey-state.ts';
import { knownPlacesOf } from '../journey/look-up.ts';
import { isProvenStill, readStill } from '../journey/proven-still.ts';
import { newJourney, slowDown } from '../journey/start-journey.ts';
import { completeAmong } from '../journey/what-counts.ts';
import type { AccountRef } from '../ports/directory.ts';
import { kindsHad } from '../proof/first-sign-in.ts';
import { randomId, randomToken } from '../random-id.ts';
import { factsOf, newestProofs, type Session, type SessionFacts, sessionOf } from './session.ts';

/**
 * Begins a journey in which the holder of a session proves once more who they are, by one of the combinations that an action asks for.
 * Whom it is about is known, so nothing is looked up and nothing is hidden. How often is counted for the session alone; what is sent and judged
 * in it, for the account, as in every journey.
 * @returns the journey's own token: whoever has stolen that of the session alone gains nothing by what its owner proves
 * @throws AppError `guard.slow-down`, `directory.*`, `session.ended` for an account that is gone
 */
export async function startStepUp(
  deps: ActDeps,
  session: Session,
  wanted: readonly (readonly FactorKind[])[],
  device?: string,
): Promise<{ token: string; journey: LoadedJourney }> {
  const decision = await deps.guard.countStepUp(session.id, deps.act.address);
  if (!decision.allowed) throw slowDown(deps.act, decision.retryAt);
  const candidate = await ownCandidate(deps, session.account);
  const state: JourneyState = {
    goal: 'step-up',
    language: deps.act.language ?? session.language,
    client: { kind: session.client },
    address: deps.act.address,
    typedName: session.login,
    guardNames: guardNames(deps.directories.all(), session.login),
    candidates: [candidate],
    device: device ?? null,
    knownPlaces: [],
    hasWorked: false,
    proven: [],
    provenAt: null,
    stepUp: { session: session.id, wanted: wanted.map((kinds) => [...kinds]) },
    asked: {},
    selected: [],
    step: { id: randomId(deps.random), kind: 'choose-factor' },
  };
  const { token, journey } = newJourney(deps, state);
  const known = { ...journey, state: { ...state, knownPlaces: await knownPlacesOf(deps, journey, [candidate]) } };
  await deps.store.journeys.insert({ ...known.row, state: JSON.stringify(known.state) });
  return { token, journey: known };
}

/**
 * The account of somebody who has proven themselves already: no rule is asked.
 * @throws AppError `directory.*`, `session.ended` for an account that is gone
 */
export async function ownCandidate(deps: ActDeps, account: AccountRef): Promise<Candidate> {
  const directory = deps.directories.get(account.directory);
  const entry = await directory.readAccount(account);
  if (entry === null) throw new AppError('session.ended');
  const has = kindsHad('step-up', await factorsThatCount(deps, entry));
  return candidateOf(entry, directory.label, { facts: unknownRuleFacts(directory.id), has });
}

/**
 * Gives a session what a step-up of it has proven, and a new token: the old one is nothing any more, so that whoever has stolen it does
 * not rise with its owner. Each step-up does so once.
 * @throws AppError `session.not-proven`, `journey.*` as for any answer, `directory.*`
 */
export async function raiseSession(deps: ActDeps, session: Session, key: JourneyKey): Promise<{ token: string; session: Session }> {
  const { row, state } = await findJourney(deps, key);
  if (state.goal !== 'step-up' || state.step.kind !== 'done' || state.stepUp?.session !== session.id)
    throw new AppError('session.not-proven');
  const token = randomToken(deps.random);
  // All else stays as it was, also what the session hangs on: a phone on who has let it in.
  const facts: SessionFacts = { ...factsOf(session.row), proofs: newestProofs(session.proofs, state.proven, state.provenAt ?? 0) };
  const tokenDigest = deps.keys.digest('session-token', token);
  const next = { tokenDigest, journeyId: row.id, rights: session.rights, facts: JSON.stringify(facts) };
  const [read, isOpen] = await Promise.all([readStill(deps, state), readOpenAccount(deps, session.account)]);
  if (isOpen === null) throw new AppError('session.not-proven');
  await deps.store.transaction(async (store) => {
    const about = { account: session.account, session: session.id, actor: journeyActor(deps.act, state) };
    if (!(await isProvenStill(store, state, session.account, { now: deps.act.at, read, except: { journey: row.id } })))
      throw new AppError('session.not-proven');
    // What was enough may be so no more: a threat was raised meanwhile.
    if (completeAmong(deps, state, state.candidates ?? []).length === 0) throw new AppError('session.not-proven');
    await recordEvent(store, deps.clock, { type: 'session.raised', ...about, journey: row.id, factors: state.proven });
    if (!(await store.sessions.raise(session.row, next, deps.act.at))) throw new AppError('session.not-proven');
  });
  return { token, session: sessionOf({ ...session.row, ...next, seenAt: deps.act.at }) };
}
