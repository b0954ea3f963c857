import { AppError } from '../../../../shared/errors.ts';
import { recordEvent } from '../../audit/record-event.ts';
import type { AnswerChecked, EnrolledCandidate } from '../../factors/factor.ts';
import type { ChallengeRow, Store } from '../../ports/store.ts';
import { randomId } from '../../random-id.ts';
import { acceptedCombinations, isProofComplete, nextKinds } from '../accepted-combinations.ts';
import { type ActDeps, journeyActor } from '../act.ts';
import { guardTargets } from '../guard-targets.ts';
import type { JourneyState, LoadedJourney, OpenStep, OpenStepOf } from '../journey-state.ts';
import { enrolledCandidates, narrowCandidates } from '../open-challenge.ts';
import type { StepHandler, Transition } from '../step-handler.ts';
import { sendChallenge } from './choose-factor.ts';

type CodeStep = OpenStepOf<'code'>;

/** A code, or the wish for another one, or back to the choice. */
export const code: StepHandler<'code'> = (deps, journey, answer) => {
  const step = journey.state.step as CodeStep;
  if ('resend' in answer) return resend(deps, journey, step);
  if ('back' in answer) return Promise.resolve(back(deps, journey));
  return check(deps, journey, step, answer.code);
};

async function resend(deps: ActDeps, journey: LoadedJourney, step: CodeStep): Promise<Transition> {
  const asked = journey.state.asked[step.factor];
  if (asked?.resendAt == null || asked.resendAt > deps.act.at) throw new AppError('journey.answer-not-fitting', { path: 'resend' });
  return sendChallenge(deps, journey, step.factor, 'code-sent-again');
}

function back(deps: ActDeps, journey: LoadedJourney): Transition {
  if (!canGoBack(deps, journey.state)) throw new AppError('journey.answer-not-fitting', { path: 'back' });
  const step: OpenStep = { id: randomId(deps.random), kind: 'choose-factor' };
  return { kind: 'advance', decide: () => Promise.resolve({ ...journey.state, step }) };
}

/** Back leads somewhere only where there is a choice. */
export function canGoBack(deps: Pick<ActDeps, 'configuration'>, state: JourneyState): boolean {
  return nextKinds(acceptedCombinations(deps.configuration(), state.client), state.proven).length > 1;
}

/**
 * Counting the attempt, comparing, and moving on are one transaction. Of two answers to the same step one wins and the
 * other is rolled back and told nothing but that the step has passed, so that guessing in parallel gains nothing. Answers
 * of several journeys about one account take turns, so that none slips by the pause that another one's failure begins.
 */
async function check(deps: ActDeps, journey: LoadedJourney, step: CodeStep, answer: string): Promise<Transition> {
  const enrolled = await enrolledCandidates(deps, journey.state, step.factor);
  const targets = guardTargets(journey.state).map(({ target }) => target);
  return {
    kind: 'advance',
    decide: async (store) => {
      const challenge = await store.challenges.attempt(step.challengeId, deps.act.at);
      if (challenge === null) return expiredOrUsedUp(deps, store, journey, step);
      const paused = await deps.guard.isPausedNow(store, targets);
      // While paused an answer is compared with nothing that is anybody's: it must not use up a code of the authenticator.
      const { proven } = await compare(deps, store, { challenge, step, enrolled: paused ? [] : enrolled, answer });
      const accepted = !paused && proven.length > 0 && (await store.challenges.consume(challenge.id, deps.act.at));
      return accepted ? accept(deps, store, journey, step, proven) : refuse(deps, store, journey, step, challenge, paused);
    },
    after: (advanced) => {
      if (advanced.state.step.kind === 'code') deps.wakeOutbox('code');
      return Promise.resolve(advanced);
    },
  };
}

function compare(
  deps: ActDeps,
  store: Store,
  given: { challenge: ChallengeRow; step: CodeStep; enrolled: EnrolledCandidate[]; answer: string },
): Promise<AnswerChecked> {
  const { challenge, step, enrolled, answer } = given;
  return deps.factor(step.factor).check({ store, challengeId: challenge.id, expected: challenge.expected, answer, enrolled });
}

async function accept(
  deps: ActDeps,
  store: Store,
  journey: LoadedJourney,
  step: CodeStep,
  accounts: AnswerChecked['proven'],
): Promise<JourneyState> {
  const proven = [...journey.state.proven, step.factor];
  const state: JourneyState = { ...journey.state, proven, candidates: narrowCandidates(journey.state, accounts) };
  const complete = isProofComplete(acceptedCombinations(deps.configuration(), state.client), proven);
  // Counters before the audit log, as everywhere: one order of locks, so that two nodes never wait for each other.
  if (complete) for (const { target } of guardTargets(state)) await deps.guard.clearFailures(store, target);
  const about = { journey: journey.row.id, actor: journeyActor(deps.act, state), accounts };
  await recordEvent(store, deps.clock, { type: 'journey.proof-accepted', ...about, factor: step.factor });
  if (!complete) {
    return { ...state, step: { id: randomId(deps.random), kind: 'choose-factor' } };
  }
  await recordEvent(store, deps.clock, { type: 'journey.proof-complete', ...about, factors: proven });
  return { ...state, step: { id: randomId(deps.random), kind: 'preparing' } };
}

/**
 * An answer that came during a pause was worth nothing, right or wrong: it is no guess that counts, and makes no pause
 * longer. Otherwise an outsider who goes on, or the person's own patience, would lock the person out without end.
 */
async function refuse(
  deps: ActDeps,
  store: Store,
  journey: LoadedJourney,
  step: CodeStep,
  challenge: ChallengeRow,
  paused: boolean,
): Promise<JourneyState> {
  const { state, row } = journey;
  const attemptsLeft = Math.max(0, challenge.maximumAttempts - challenge.attempts);
  const targets = guardTargets(state);
  if (!paused) for (const { target, account } of targets) await deps.guard.countFailure(store, target, account);
  const accounts = targets.flatMap(({ account }) => (account === null ? [] : [account]));
  const about = { journey: row.id, actor: journeyActor(deps.act, state) };
  const facts = { factor: step.factor, accounts, attemptsLeft, ...(paused ? { paused } : {}) };
  await recordEvent(store, deps.clock, { type: 'journey.proof-refused', ...about, ...facts });
  if (attemptsLeft > 0) {
    const message = { key: 'code-wrong', tone: 'error' as const };
    return { ...state, step: { ...step, id: randomId(deps.random), message } };
  }
  return end(deps, store, journey, 'journey.too-many-attempts');
}

async function expiredOrUsedUp(deps: ActDeps, store: Store, journey: LoadedJourney, step: CodeStep): Promise<JourneyState> {
  const asked = journey.state.asked[step.factor];
  const expired = asked === undefined || asked.expiresAt <= deps.act.at;
  if (!expired || asked?.resendAt == null) return end(deps, store, journey, expired ? 'journey.code-expired' : 'journey.too-many-attempts');
  return { ...journey.state, step: { ...step, id: randomId(deps.random), message: { key: 'code-expired', tone: 'error' } } };
}

async function end(deps: ActDeps, store: Store, journey: LoadedJourney, reason: string): Promise<JourneyState> {
  await recordEvent(store, deps.clock, {
    type: 'journey.refused',
    journey: journey.row.id,
    actor: journeyActor(deps.act, journey.state),
    code: reason,
  });
  return { ...journey.state, step: { id: randomId(deps.random), kind: 'refused', code: reason } };
}
