import type { ZodType } from 'zod';
import { ANSWERS, type AnsweredStepKind, type StepKind } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import type { PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { settleManagers } from '../vouching/ask-manager.ts';
import type { ActDeps } from './act.ts';
import { advanceJourney, againWhereMoved } from './advance-journey.ts';
import { askForProof } from './ask-for-proof.ts';
import { findAnswered, findJourney } from './find-journey.ts';
import { JOURNEY_GOALS } from './goals/goals.ts';
import { createHold, type Hold } from './hold.ts';
import type { JourneyKey } from './journey-key.ts';
import type { LoadedJourney, OpenStepKind } from './journey-state.ts';
import { lookUp } from './look-up.ts';
import { prepareGoal } from './prepare-goal.ts';
import { slowDown } from './start-journey.ts';
import type { Transition } from './step-handler.ts';
import { chooseAccounts } from './steps/choose-accounts.ts';
import { chooseFactor } from './steps/choose-factor.ts';
import { code } from './steps/code.ts';
import { confirmCall } from './steps/confirm-call.ts';
import { confirmUnlock } from './steps/confirm-unlock.ts';
import { linkedPassword } from './steps/linked-password.ts';
import { newPassword } from './steps/new-password.ts';
import { passkey } from './steps/passkey.ts';
import { password } from './steps/password.ts';
import { proofOfWork } from './steps/proof-of-work.ts';
import { questions } from './steps/questions.ts';
import { waiting } from './steps/waiting.ts';
import { kindsNow } from './what-counts.ts';

export interface AnsweredStep {
  journey: LoadedJourney;
  /** The answer was to a step that is no longer the current one: nothing was done. */
  passed: boolean;
  /** On a password that is not acceptable. */
  verdicts?: PasswordVerdict[];
}

const HANDLERS = {
  'proof-of-work': proofOfWork,
  'choose-factor': chooseFactor,
  code,
  passkey,
  password,
  questions,
  'linked-password': linkedPassword,
  'choose-accounts': chooseAccounts,
  'new-password': newPassword,
  'confirm-unlock': confirmUnlock,
  'confirm-call': confirmCall,
  waiting,
} as const;

/** Steps that somebody or something else moves on. */
const WAITING: ReadonlySet<OpenStepKind> = new Set(['preparing', 'writing', 'judging', 'hand-over', 'handed-over', 'vouching']);

/** What a client calls a step of ours. */
export function clientKind(kind: OpenStepKind): StepKind {
  return WAITING.has(kind) ? 'waiting' : (kind as StepKind);
}

/**
 * Takes one answer. Of any number of answers to the same step exactly one has an effect.
 * @throws AppError `journey.not-found`, `journey.expired`, `journey.replaced`, `journey.step-unknown`, `journey.answer-not-fitting`,
 *   `guard.slow-down`, `directory.*`
 */
export async function answerStep(deps: ActDeps, key: JourneyKey, stepId: string, body: unknown): Promise<AnsweredStep> {
  const hold = createHold(deps);
  try {
    return await answerOnce(deps, hold, key, stepId, body);
  } finally {
    await hold.release();
  }
}

function answerOnce(deps: ActDeps, hold: Hold, key: JourneyKey, stepId: string, body: unknown): Promise<AnsweredStep> {
  let acting = deps;
  // A look-up that ends meanwhile moves the journey's version but not its step: then the answer is simply taken again.
  return againWhereMoved(async (attempt) => {
    const { journey: found, decision, logEnd } = attempt === 0 ? await findAnswered(deps, key) : await findAgain(deps, key);
    if (attempt === 0) acting = { ...deps, act: { ...deps.act, logEnd } };
    const journey = (await hold.settle(found)) ? await findJourney(deps, key) : found;
    if (!decision.allowed) throw slowDown(deps.act, decision.retryAt);
    return journey.state.step.id === stepId ? takeAnswer(acting, journey, body) : { journey, passed: true };
  });
}

/** The same answer is not counted twice. */
async function findAgain(deps: ActDeps, key: JourneyKey): ReturnType<typeof findAnswered> {
  return { journey: await findJourney(deps, key), decision: { allowed: true } };
}

async function takeAnswer(deps: ActDeps, found: LoadedJourney, body: unknown): Promise<AnsweredStep> {
  const kind = clientKind(found.state.step.kind);
  if (!isAnswered(kind)) throw new AppError('journey.step-unknown', { step: kind });
  const answer = (ANSWERS[kind] as ZodType).safeParse(body);
  if (!answer.success)
    throw new AppError('journey.answer-not-fitting', { step: kind, path: String(answer.error.issues[0]?.path.join('.') ?? '') });
  const journey = JOURNEY_GOALS[found.state.goal].asksForProof ? await lookUp(deps, found) : found;
  const handler = HANDLERS[kind] as (deps: ActDeps, journey: LoadedJourney, answer: unknown) => Promise<Transition>;
  const transition = await handler(deps, journey, answer.data);
  if (transition.kind === 'stay') return { journey, passed: false, verdicts: transition.verdicts };
  const moved = transition.kind === 'advanced' ? transition.journey : await commit(deps, journey, transition);
  return { journey: await goOn(deps, moved), passed: false };
}

/** What follows of itself, once a journey has moved on. */
export async function goOn(deps: ActDeps, moved: LoadedJourney): Promise<LoadedJourney> {
  return prepareGoal(deps, await skipSingleChoice(deps, await settleManagers(deps, moved)));
}

/** Where only one proof is left to choose, choosing is no question: the next code is asked for at once. */
async function skipSingleChoice(deps: ActDeps, journey: LoadedJourney): Promise<LoadedJourney> {
  const { step } = journey.state;
  // Where something was said of the choice it is left to the person.
  if (step.kind !== 'choose-factor' || step.message !== undefined) return journey;
  const [only, ...others] = kindsNow(deps, journey.state);
  // Nobody else is disturbed before the person has asked for it.
  if (only === undefined || others.length > 0 || FACTOR_TRAITS[only].byAnother === true) return journey;
  const transition = await askForProof(deps, journey, only);
  return transition.kind === 'advance' ? commit(deps, journey, transition) : journey;
}

async function commit(deps: ActDeps, journey: LoadedJourney, transition: Extract<Transition, { kind: 'advance' }>): Promise<LoadedJourney> {
  const advanced = await deps.store.transaction(
    async (store) => advanceJourney(store, journey, await transition.decide(store)),
    // Whoever meets this step moves the journey on at once, or flushes it (prepareGoal): one wait for the disk serves both.
    ({ state }) => (state.step.kind === 'preparing' ? 'deferred' : 'flushed'),
  );
  return transition.after === undefined ? advanced : transition.after(advanced);
}

function isAnswered(kind: StepKind): kind is AnsweredStepKind {
  return kind in ANSWERS;
}
