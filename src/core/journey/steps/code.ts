import { AppError } from '../../../../shared/errors.ts';
import { recordEvent } from '../../audit/record-event.ts';
import type { AnswerChecked, EnrolledCandidate } from '../../factors/factor.ts';
import { deviceDigest, placesOf } from '../../guard/places.ts';
import { queueNotice } from '../../notify/queue-notice.ts';
import type { ChallengeRow, Store } from '../../ports/store.ts';
import { randomId } from '../../random-id.ts';
import { acceptedCombinations, isGuessable, isProofComplete, nextKinds } from '../accepted-combinations.ts';
import { type ActDeps, journeyActor } from '../act.ts';
import { askedOf } from '../guard-targets.ts';
import type { JourneyState, LoadedJourney, OpenStep, OpenStepOf } from '../journey-state.ts';
import { enrolledCandidates, narrowCandidates } from '../open-challenge.ts';
import type { StepHandler, Transition } from '../step-handler.ts';
import { tellOfAttack } from '../tell-of-attack.ts';
import { sendAgain } from './choose-factor.ts';

type CodeStep = OpenStepOf<'code'>;

/** A code, or the wish for another one, or back to the choice. */
export const code: StepHandler<'code'> = (deps, journey, answer) => {
  const step = journey.state.step as CodeStep;
  if ('resend' in answer) return resend(deps, journey, step);
  if ('back' in answer) return Promise.resolve(back(deps, journey));
  // What cannot be a code by its form costs no try: a slip is no guess.
  if (!deps.factor(step.factor).canBe(answer.code)) return Promise.resolve(again(deps, journey, step, 'code-impossible'));
  return check(deps, journey, step, answer.code);
};

function again(deps: ActDeps, journey: LoadedJourney, step: CodeStep, key: string): Transition {
  const message = { key, tone: 'error' as const, parameters: { count: deps.factor(step.factor).length() } };
  return { kind: 'advance', decide: () => Promise.resolve({ ...journey.state, step: { ...step, id: randomId(deps.random), message } }) };
}

async function resend(deps: ActDeps, journey: LoadedJourney, step: CodeStep): Promise<Transition> {
  const asked = journey.state.asked[step.factor];
  if (asked?.resendAt == null || asked.resendAt > deps.act.at) throw new AppError('journey.answer-not-fitting', { path: 'resend' });
  return sendAgain(deps, journey, step.factor);
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
 * of several journeys about one account take turns, so that none slips by the limit that another one's failure reaches.
 */
async function check(deps: ActDeps, journey: LoadedJourney, step: CodeStep, answer: string): Promise<Transition> {
  const enrolled = await enrolledCandidates(deps, journey.state, step.factor);
  const { state } = journey;
  return {
    kind: 'advance',
    decide: async (store) => {
      const challenge = await store.challenges.attempt(step.challengeId, deps.act.at);
      if (challenge === null) return expiredOrUsedUp(deps, store, journey, step);
      const isJudged = await deps.guard.mayTry(store, askedOf(deps, state), state.guardNames, deps.act.address, state.hasWorked);
      // What is not judged is compared with nothing that is anybody's: it must not use up a code of the authenticator.
      const checked = await compare(deps, store, { challenge, step, enrolled: isJudged ? enrolled : [], answer });
      const accepted = isJudged && checked.proven.length > 0 && (await store.challenges.consume(challenge.id, deps.act.at));
      if (accepted) return accept(deps, store, journey, step, checked.proven);
      return refuse(deps, store, journey, { step, challenge, enrolled, checked, isJudged });
    },
    after: (advanced) => {
      if (advanced.state.step.kind === 'code') deps.wakeOutbox('code');
      deps.wakeOutbox('notice');
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
  const complete = isProofComplete(acceptedCombinations(deps.configuration(), journey.state.client), proven);
  const { newDevice } = deps.act;
  const device = journey.state.device ?? (complete && newDevice !== undefined ? deviceDigest(deps.keys, newDevice) : null);
  const state: JourneyState = { ...journey.state, proven, device, candidates: narrowCandidates(journey.state, accounts) };
  // Counters before the audit log, as everywhere: one order of locks, so that two nodes never wait for each other.
  if (complete) {
    await deps.guard.clearFailures(store, askedOf(deps, state));
    await rememberPlaces(deps, store, state);
  }
  const about = { journey: journey.row.id, actor: journeyActor(deps.act, state), accounts };
  await recordEvent(store, deps.clock, { type: 'journey.proof-accepted', ...about, factor: step.factor });
  if (!complete) {
    return { ...state, step: { id: randomId(deps.random), kind: 'choose-factor' } };
  }
  await recordEvent(store, deps.clock, { type: 'journey.proof-complete', ...about, factors: proven });
  return { ...state, provenAt: deps.act.at, step: { id: randomId(deps.random), kind: 'preparing' } };
}

/** Where the owner succeeded they are at home: what strangers use up is never taken from there. */
async function rememberPlaces(deps: ActDeps, store: Store, state: JourneyState): Promise<void> {
  if (deps.configuration().guard.knownPlaceDays === 0) return;
  for (const { ref } of state.candidates ?? []) {
    const { network, device } = placesOf(deps.keys, ref, deps.act.address, state.device);
    await store.knownPlaces.remember(ref, device === null ? [network] : [network, device], deps.act.at);
  }
}

interface Refused {
  step: CodeStep;
  challenge: ChallengeRow;
  enrolled: EnrolledCandidate[];
  checked: AnswerChecked;
  isJudged: boolean;
}

/**
 * An answer that was not judged was worth nothing, right or wrong: it is no guess that counts. Otherwise an outsider who goes
 * on, or the person's own patience, would use up what is left for the owner.
 */
async function refuse(deps: ActDeps, store: Store, journey: LoadedJourney, refused: Refused): Promise<JourneyState> {
  const { state, row } = journey;
  const { step, challenge, checked, isJudged } = refused;
  const attemptsLeft = Math.max(0, challenge.maximumAttempts - challenge.attempts);
  const asked = askedOf(deps, state);
  const { attacked } = isJudged ? await deps.guard.countFailure(store, asked, state.guardNames, deps.act.address) : { attacked: false };
  const suspended = isJudged && (await countAgainstAuthenticators(deps, store, journey, refused));
  if (attacked) await tellOfAttack(deps, store, { asked, what: 'failures', language: state.language });
  const accounts = asked.flatMap(({ account }) => (account === null ? [] : [account]));
  const about = { journey: row.id, actor: journeyActor(deps.act, state) };
  const facts = { factor: step.factor, accounts, attemptsLeft, ...(isJudged ? {} : { judged: false }) };
  await recordEvent(store, deps.clock, { type: 'journey.proof-refused', ...about, ...facts });
  if (suspended) return end(deps, store, journey, 'journey.authenticator-suspended');
  if (attemptsLeft === 0) return end(deps, store, journey, 'journey.too-many-attempts');
  // That a clock is off is told to somebody who has proven something: to an outsider it would tell that there is a clock.
  const key = checked.clockIsOff === true && state.proven.length > 0 ? 'clock-is-off' : 'code-wrong';
  return { ...state, step: { ...step, id: randomId(deps.random), message: { key, tone: 'error' } } };
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
  if (!isGuessable(step.factor) || state.proven.length === 0) return false;
  const factors = enrolled.flatMap(({ factors: own, candidate }) => own.map((factor) => ({ factor, account: candidate.ref })));
  const most = deps.configuration().guard.failuresPerAuthenticator;
  const ids = factors.map(({ factor }) => factor.id);
  const suspendedNow = new Set(await store.factors.countFailures(ids, most, deps.act.at));
  for (const { factor, account } of factors.filter((entry) => suspendedNow.has(entry.factor.id))) {
    await queueNotice(deps, store, { kind: 'authenticator-suspended', account, language: state.language });
    const about = { journey: row.id, actor: journeyActor(deps.act, state) };
    await recordEvent(store, deps.clock, { type: 'factor.suspended', ...about, factor: factor.kind, account, failures: most });
  }
  return factors.length > 0 && factors.every(({ factor }) => factor.suspendedAt !== null || suspendedNow.has(factor.id));
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
