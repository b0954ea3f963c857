import { AppError } from '../../../../shared/errors.ts';
import { canBeCode, plainCode } from '../../../../shared/plain-code.ts';
import { accountKey } from '../../accounts/candidate.ts';
import {
  countNumber,
  currentCall,
  denyCall,
  hasNoTriesLeft,
  refuseNumber,
  verifyCaller,
  waitingCase,
} from '../../helpdesk/confirm-call.ts';
import { hasVouched } from '../../helpdesk/has-vouched.ts';
import type { HelpCase } from '../../helpdesk/help-case.ts';
import { randomId } from '../../random-id.ts';
import type { ActDeps } from '../act.ts';
import { callStep } from '../call-step.ts';
import type { JourneyState, LoadedJourney, MessageKey, OpenStepOf } from '../journey-state.ts';
import { selectedCandidates } from '../open-goal.ts';
import { isProvenStill, readStill } from '../proven-still.ts';
import type { StepHandler, Transition } from '../step-handler.ts';
import { completeAmong } from '../what-counts.ts';

/** The caller types the number that the agent reads out, says that it is not their call, or looks whether there is one now. */
export const confirmCall: StepHandler<'confirm-call'> = async (deps, journey, answer) => {
  const { call } = journey.state.step as OpenStepOf<'confirm-call'>;
  if ('look' in answer) return lookAgain(deps, journey);
  if (call === null) throw new AppError('journey.answer-not-fitting', { path: 'look' });
  if ('notMine' in answer) {
    return {
      kind: 'advance',
      decide: async (store) => {
        await denyCall(deps, store, journey.state, call.case);
        return ended(deps, journey.state, 'call-denied');
      },
      after: wakeMailer(deps),
    };
  }
  return tryNumber(deps, journey, call.case, answer.number);
};

async function tryNumber(deps: ActDeps, journey: LoadedJourney, id: string, typed: string): Promise<Transition> {
  const { state, row } = journey;
  const [candidate] = selectedCandidates(state);
  const waiting = candidate === undefined ? null : await currentCall(deps, candidate.ref);
  if (candidate === undefined || waiting === null || waiting.row.id !== id) {
    // Another tab, or what the agent typed, has used up the tries meanwhile: there is nothing to look for again.
    if (waiting === null && (await hasNoTriesLeft(deps, id)))
      return { kind: 'advance', decide: () => Promise.resolve(refused(deps, state, 'journey.call-over')) };
    return lookAgain(deps, journey, { key: 'call-changed', tone: 'error' });
  }
  const { spoken } = waiting.facts.numbers;
  // What cannot be it by its form costs no try: the page shows a shorter number, which the caller may mix up with the one that they hear.
  if (!canBeCode(typed, spoken.length)) return unlike(deps, state, waiting);
  const read = await readStill(deps, state);
  const { helpCase, isRight } = await countNumber(deps, waiting, plainCode(typed));
  return {
    kind: 'advance',
    decide: async (store) => {
      if (!isRight) {
        const { isOver } = await refuseNumber(deps, store, state, helpCase);
        if (isOver) return refused(deps, state, 'journey.call-over');
        const step = callStep(await waitingCase({ ...deps, store }, candidate.ref));
        if (step.call === null && (await hasNoTriesLeft({ store }, id))) return refused(deps, state, 'journey.call-over');
        return { ...state, step: { ...step, id: randomId(deps.random), message: { key: 'number-wrong', tone: 'error' } } };
      }
      // Whoever proved something before the account was written to, or frozen, proved it about an account that is no more.
      const record = await store.people.recordBeforeWrite(candidate.ref, state.logEnd, row.id);
      if (record.written) return refused(deps, state, 'journey.account-written');
      if (record.frozen) return refused(deps, state, 'journey.recovery-frozen');
      if (!(await isProvenStill(store, state, candidate.ref, { now: deps.act.at, read, except: { journey: row.id }, record })))
        return refused(deps, state, 'journey.account-barred');
      // What was enough may be so no more: a threat was raised meanwhile.
      if (completeAmong(deps, state, [candidate]).length === 0) return refused(deps, state, 'journey.no-proof-left');
      // Whoever has vouched for them is the agent who would act on it.
      if (await hasVouched(store, helpCase.agent, state.shown)) return refused(deps, state, 'journey.no-proof-left');
      await verifyCaller(deps, store, journey, helpCase);
      return ended(deps, state, 'call-confirmed');
    },
  };
}

function unlike(deps: ActDeps, state: JourneyState, waiting: HelpCase): Transition {
  const parameters = { count: waiting.facts.numbers.spoken.length };
  const message = { key: 'number-impossible', tone: 'error' as const, parameters };
  const step = { ...callStep(waiting), id: randomId(deps.random), message };
  return { kind: 'advance', decide: () => Promise.resolve({ ...state, step }) };
}

/** Another agent may have opened one, or the first. */
async function lookAgain(deps: ActDeps, { state }: LoadedJourney, message?: MessageKey): Promise<Transition> {
  const [candidate] = selectedCandidates(state);
  const step = callStep(candidate === undefined ? null : await currentCall(deps, candidate.ref));
  const next = { ...step, id: randomId(deps.random), ...(message === undefined ? {} : { message }) };
  return { kind: 'advance', decide: () => Promise.resolve({ ...state, step: next }) };
}

function ended(deps: ActDeps, state: JourneyState, outcome: 'call-confirmed' | 'call-denied'): JourneyState {
  const results = selectedCandidates(state).map(({ ref }) => ({ account: accountKey(ref), outcome }));
  return { ...state, step: { id: randomId(deps.random), kind: 'done', results, nextSteps: [outcome] } };
}

function refused(deps: ActDeps, state: JourneyState, code: string): JourneyState {
  return { ...state, step: { id: randomId(deps.random), kind: 'refused', code } };
}

function wakeMailer(deps: ActDeps) {
  return (journey: LoadedJourney): Promise<LoadedJourney> => {
    deps.wakeOutbox('notice');
    return Promise.resolve(journey);
  };
}
