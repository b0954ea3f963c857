import type { FactorKind } from '../../../../shared/api/journeys.ts';
import { AppError } from '../../../../shared/errors.ts';
import { randomId } from '../../random-id.ts';
import { acceptedCombinations, nextKinds } from '../accepted-combinations.ts';
import type { ActDeps } from '../act.ts';
import type { JourneyState, LoadedJourney } from '../journey-state.ts';
import { openChallenge } from '../open-challenge.ts';
import type { StepHandler, Transition } from '../step-handler.ts';
import { workStep } from './work-step.ts';

/** The person says which proof they will give. An option's id is its kind. */
export const chooseFactor: StepHandler<'choose-factor'> = (deps, journey, answer) => {
  const options = nextKinds(acceptedCombinations(deps.configuration(), journey.state.client), journey.state.proven);
  const kind = options.find((option) => option === answer.option);
  if (kind === undefined) throw new AppError('journey.answer-not-fitting', { path: 'option' });
  return askForCode(deps, journey, kind);
};

/**
 * Leads to the code step of a kind. A challenge that is still good is taken up again, and so is one after which no other
 * may be asked for yet or any more: going back and forth sends nothing that asking for another code would not send.
 */
export async function askForCode(deps: ActDeps, journey: LoadedJourney, kind: FactorKind): Promise<Transition> {
  const before = journey.state.asked[kind];
  const now = deps.act.at;
  if (before !== undefined && (before.expiresAt > now || before.resendAt === null || before.resendAt > now)) {
    const state = codeStep(deps, journey.state, kind, before.challengeId);
    const expired = before.expiresAt <= now && before.resendAt !== null;
    return { kind: 'advance', decide: () => Promise.resolve(expired ? withMessage(state, 'code-expired', 'error') : state) };
  }
  return before === undefined ? sendChallenge(deps, journey, kind) : sendAgain(deps, journey, kind);
}

/** Asking for another code costs a proof of work, once a journey: whatever was used up before, the owner then gets one (JRN-9). */
export async function sendAgain(deps: ActDeps, journey: LoadedJourney, kind: FactorKind): Promise<Transition> {
  if (journey.state.hasWorked) return sendChallenge(deps, journey, kind, 'code-sent-again');
  const step = await workStep(deps, 1, kind);
  return { kind: 'advance', decide: () => Promise.resolve({ ...journey.state, step }) };
}

/** Opens a new challenge and leads to its code step. */
export async function sendChallenge(deps: ActDeps, journey: LoadedJourney, kind: FactorKind, message?: string): Promise<Transition> {
  const planned = await openChallenge(deps, journey, kind);
  return {
    kind: 'advance',
    decide: async (store) => {
      await planned.write(store);
      const asked = { ...journey.state.asked, [kind]: planned.asked };
      const state = codeStep(deps, { ...journey.state, asked }, kind, planned.asked.challengeId);
      return message === undefined ? state : withMessage(state, message, 'info');
    },
    after: (advanced) => {
      deps.wakeOutbox('code');
      return Promise.resolve(advanced);
    },
  };
}

function withMessage(state: JourneyState, key: string, tone: 'info' | 'error'): JourneyState {
  return { ...state, step: { ...state.step, message: { key, tone } } };
}

/** The code step of a kind, at a challenge. */
export function codeStep(deps: ActDeps, state: JourneyState, kind: FactorKind, challengeId: string): JourneyState {
  return { ...state, step: { id: randomId(deps.random), kind: 'code', factor: kind, challengeId } };
}
