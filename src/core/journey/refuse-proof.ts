import { recordEvent } from '../audit/record-event.ts';
import type { EnrolledCandidate, Judgement } from '../factors/factor.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { queueNotice } from '../notify/queue-notice.ts';
import type { ChallengeRow, Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { type ActDeps, journeyActor } from './act.ts';
import { endCloned } from './end-cloned.ts';
import type { EnrolledFor } from './enrolled-for.ts';
import { askedOf, guessedAt } from './guard-targets.ts';
import type { JourneyState, LoadedJourney, PromptStep } from './journey-state.ts';
import { tellOfAttack } from './tell-of-attack.ts';

/** An answer that proved nothing. */
export interface Refused {
  step: PromptStep;
  challenge: ChallengeRow;
  /** Everything that is enrolled for the candidates, and what of it is of the kind that was asked for. */
  everything: EnrolledFor;
  enrolled: EnrolledCandidate[];
  judgement: Judgement;
  /** The guard let it be judged. */
  isJudged: boolean;
  /** The failure was counted before; absent: it is counted now. */
  counted?: { attacked: boolean };
  /** What is told; unless told, that the code is wrong. */
  message?: string;
}

/**
 * An answer that was not judged was worth nothing, right or wrong: it is no guess that counts. Otherwise an outsider who goes
 * on, or the person's own patience, would use up what is left for the owner.
 */
export async function refuseProof(deps: ActDeps, store: Store, journey: LoadedJourney, refused: Refused): Promise<JourneyState> {
  const { row } = journey;
  const { step, challenge, everything, judgement, isJudged } = refused;
  const attemptsLeft = attemptsLeftOf(challenge);
  const state = withAttemptsLeft(journey.state, step, attemptsLeft);
  const asked = askedOf(deps, state);
  const guessed = guessedAt(deps, state, step.factor, everything.owners);
  const { attacked } =
    refused.counted ?? (isJudged ? await deps.guard.countFailure(store, guessed, state.guardNames, deps.act.address) : { attacked: false });
  const suspended = isJudged && (await countAgainstAuthenticators(deps, store, journey, refused));
  if (attacked) await tellOfAttack(deps, store, { asked, what: 'failures', language: state.language });
  const accounts = asked.flatMap(({ account }) => (account === null ? [] : [account]));
  const about = { journey: row.id, actor: journeyActor(deps.act, state) };
  // Somebody was quicker with the same passkey.
  const problem = judgement.problem ?? (step.kind === 'passkey' ? ('passkey.unknown' as const) : undefined);
  const facts = { factor: step.factor, accounts, attemptsLeft, ...(isJudged ? {} : { judged: false }) };
  await recordEvent(store, deps.clock, {
    type: 'journey.proof-refused',
    ...about,
    ...facts,
    ...(problem === undefined ? {} : { problem }),
  });
  await endCloned(deps, store, { actor: about.actor, language: state.language, journey: row.id }, judgement);
  if (suspended) return endProof(deps, store, journey, 'journey.authenticator-suspended');
  if (attemptsLeft === 0) return endProof(deps, store, journey, 'journey.too-many-attempts');
  // That a clock is off is told to somebody who has proven something: to an outsider it would tell that there is a clock.
  const key = judgement.clockIsOff === true && state.proven.length > 0 ? 'clock-is-off' : (refused.message ?? 'code-wrong');
  const id = randomId(deps.random);
  if (problem !== undefined) return { ...state, step: { ...step, id, problem, message: { key: problem, tone: 'error' } } };
  return { ...state, step: { ...step, id, message: { key, tone: 'error' } } };
}

/** Attempts that a challenge still takes. */
export function attemptsLeftOf({ maximumAttempts, attempts }: ChallengeRow): number {
  return Math.max(0, maximumAttempts - attempts);
}

/** The state tells what the row of the challenge has: whatever changes one changes the other in the same transaction. */
export function withAttemptsLeft(state: JourneyState, { factor }: PromptStep, attemptsLeft: number): JourneyState {
  const asked = state.asked[factor];
  return asked === undefined ? state : { ...state, asked: { ...state.asked, [factor]: { ...asked, attemptsLeft } } };
}

/**
 * Holds NIST's limit of failures in a row for each authenticator (SP 800-63B-4 3.2.2). Only who has given another proof counts
 * here: an outsider cannot take anybody's authenticator away.
 * @returns whether none of them counts any more
 */
async function countAgainstAuthenticators(
  deps: ActDeps,
  store: Store,
  { state, row }: LoadedJourney,
  { step, enrolled }: Refused,
): Promise<boolean> {
  if (!FACTOR_TRAITS[step.factor].guessable || state.proven.length === 0) return false;
  const factors = enrolled.flatMap(({ factors: own, candidate }) => own.map((factor) => ({ factor, account: candidate.ref })));
  const most = deps.configuration().guard.failuresPerAuthenticator;
  // Candidates that are linked have the same ones.
  const ids = [...new Set(factors.map(({ factor }) => factor.id))];
  const suspendedNow = new Set(await store.factors.countFailures(ids, most, deps.act.at));
  for (const { factor, account } of factors.filter((entry) => suspendedNow.has(entry.factor.id))) {
    await queueNotice(deps, store, { kind: 'authenticator-suspended', account, language: state.language, factor: factor.kind });
    const about = { journey: row.id, actor: journeyActor(deps.act, state) };
    await recordEvent(store, deps.clock, { type: 'factor.suspended', ...about, factor: factor.kind, account, failures: most });
  }
  return factors.length > 0 && factors.every(({ factor }) => factor.suspendedAt !== null || suspendedNow.has(factor.id));
}

/** A challenge that takes no answer any more: another message may be asked for, where there are any, or it ends here. */
export async function refuseSpent(deps: ActDeps, store: Store, journey: LoadedJourney, step: PromptStep): Promise<JourneyState> {
  const asked = journey.state.asked[step.factor];
  const expired = asked === undefined || asked.expiresAt <= deps.act.at;
  if (!expired || asked?.resendAt == null)
    return endProof(deps, store, journey, expired ? 'journey.code-expired' : 'journey.too-many-attempts');
  return { ...journey.state, step: { ...step, id: randomId(deps.random), message: { key: 'code-expired', tone: 'error' } } };
}

/** Ends a journey; what was proven in it is worth nothing any more. */
export async function endProof(deps: ActDeps, store: Store, journey: LoadedJourney, reason: string): Promise<JourneyState> {
  await recordEvent(store, deps.clock, {
    type: 'journey.refused',
    journey: journey.row.id,
    actor: journeyActor(deps.act, journey.state),
    code: reason,
  });
  return { ...journey.state, step: { id: randomId(deps.random), kind: 'refused', code: reason } };
}
