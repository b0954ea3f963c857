import type { FactorKind } from '../../../shared/api/journeys.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { askManager } from '../vouching/ask-manager.ts';
import type { ActDeps } from './act.ts';
import type { EnrolledFor } from './enrolled-for.ts';
import type { JourneyState, LoadedJourney, PromptStep } from './journey-state.ts';
import { openChallenge, type PlannedChallenge } from './open-challenge.ts';
import { endProof } from './refuse-proof.ts';
import type { Transition } from './step-handler.ts';
import { workStep } from './steps/work-step.ts';
import { kindsNow } from './what-counts.ts';

/**
 * Leads to the step that asks for a proof of a kind. A challenge that is still good is taken up again, and so is one after which no other
 * may be asked for yet or any more: going back and forth sends nothing that asking for another code would not send.
 */
export async function askForProof(deps: ActDeps, journey: LoadedJourney, kind: FactorKind): Promise<Transition> {
  if (FACTOR_TRAITS[kind].byAnother === true) return askManager(deps, journey, kind);
  const before = journey.state.asked[kind];
  const now = deps.act.at;
  if (before !== undefined && (before.expiresAt > now || before.resendAt === null || before.resendAt > now)) {
    const state = promptStep(deps, journey.state, kind, before.challengeId);
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

/** Opens a new challenge and leads to the step that asks for it. */
export async function sendChallenge(deps: ActDeps, journey: LoadedJourney, kind: FactorKind, message?: string): Promise<Transition> {
  const planned = await openChallenge(deps, deps.store, journey, kind);
  if (planned.nothing !== undefined) return withoutProof(deps, journey, kind, planned.nothing);
  return {
    kind: 'advance',
    decide: async (store) => {
      const state = await atChallenge(deps, store, journey.state, kind, planned);
      return message === undefined ? state : withMessage(state, message, 'info');
    },
    after: (advanced) => {
      if (planned.sends) deps.wakeOutbox('code');
      return Promise.resolve(advanced);
    },
  };
}

/** There is nothing to be asked for of a kind: back to the choice, without it unless it was only not told. */
function withoutProof(deps: ActDeps, journey: LoadedJourney, kind: FactorKind, why: 'unanswered' | 'unusable'): Transition {
  const { state } = journey;
  const step = { id: randomId(deps.random), kind: 'choose-factor' as const };
  if (why === 'unanswered')
    return { kind: 'advance', decide: () => Promise.resolve(withMessage({ ...state, step }, 'linked-not-answering', 'error')) };
  const candidates = (state.candidates ?? []).map((each) => ({ ...each, has: each.has.filter((has) => has !== kind) }));
  const left: JourneyState = { ...state, candidates, step };
  return {
    kind: 'advance',
    decide: async (store) =>
      kindsNow(deps, left).length === 0
        ? endProof(deps, store, { ...journey, state: left }, 'journey.no-proof-left')
        : withMessage(left, 'linked-not-usable', 'info'),
  };
}

/**
 * After a proof, in its transaction: where only one kind is left to choose, choosing is no question, and where it sends nothing it is
 * asked for at once.
 * @param enrolled everything that is enrolled for the candidates of the journey, and for others that it had
 * @returns null: that has to wait for the end of the transaction
 */
export async function askForOnly(
  deps: ActDeps,
  store: Store,
  journey: LoadedJourney,
  { kinds, enrolled }: { kinds: readonly FactorKind[]; enrolled: EnrolledFor },
): Promise<JourneyState | null> {
  const { state } = journey;
  const [only, ...others] = kinds;
  if (only === undefined || others.length > 0 || state.asked[only] !== undefined) return null;
  const { ofAnotherAccount, byAnother } = FACTOR_TRAITS[only];
  if (ofAnotherAccount === true || byAnother === true || deps.factor(only).resendWait() !== null) return null;
  return atChallenge(deps, store, state, only, await openChallenge(deps, store, journey, only, enrolled));
}

async function atChallenge(
  deps: ActDeps,
  store: Store,
  state: JourneyState,
  kind: FactorKind,
  planned: PlannedChallenge,
): Promise<JourneyState> {
  await planned.write(store);
  const asked = { ...state.asked, [kind]: planned.asked };
  return promptStep(deps, { ...state, asked }, kind, planned.asked.challengeId);
}

function withMessage(state: JourneyState, key: string, tone: 'info' | 'error'): JourneyState {
  return { ...state, step: { ...state.step, message: { key, tone } } };
}

/** The step that asks for a proof of a kind, at a challenge. */
export function promptStep(deps: ActDeps, state: JourneyState, kind: FactorKind, challengeId: string): JourneyState {
  return { ...state, step: { id: randomId(deps.random), kind: deps.factor(kind).prompt, factor: kind, challengeId } as PromptStep };
}
