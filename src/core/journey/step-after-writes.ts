import type { Goal } from '../../../shared/api/journeys.ts';
import { accountKey } from '../accounts/candidate.ts';
import { randomId } from '../random-id.ts';
import type { JourneyVerb, WriteResult } from '../writes/directory-write.ts';
import { narrowQuestion } from './accounts-question.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { AccountOutcome, JourneyState, MessageKey, OpenStepOf, QuestionStep, Written } from './journey-state.ts';

type Deps = Pick<JourneyDeps, 'random'>;

/** What was asked, and what for. */
interface Asked {
  from: QuestionStep;
  verb: JourneyVerb;
}

/** What is said of an account that was left with a password which nobody knows. */
const LEFT_TEMPORARY = 'journey.left-temporary';
/** Refusals that another password may cure. */
const CURABLE = /^password\.(in-history|too-short|too-long|not-complex|same-as-current|quality|refused)$/;

/**
 * Takes down what became of writes of a journey, in the transaction that closes their intents. It goes on when all of them are known:
 * until then it waits, and keeps what is known.
 */
export function afterResults(deps: Deps, state: JourneyState, results: readonly WriteResult[]): JourneyState {
  const { step } = state;
  if (step.kind !== 'writing') return state;
  const known: Record<string, Written> = { ...step.known };
  for (const { intent, status, reason, leftTemporary, unmet } of results) {
    if (status !== 'open') known[accountKey(intent.account)] = { status, reason, leftTemporary, unmet };
  }
  const isOver = Object.values(step.intents).every((account) => known[account] !== undefined);
  return isOver ? afterWrites(deps, state, step, known) : { ...state, step: { ...step, known } };
}

/**
 * Where a journey goes once its writes are over, by account.
 *
 * With one account: on to the last page when it was done or may have been; back to the question, with the reason, when trying again makes
 * sense. With several each has its own outcome, and none decides for another: those that may be tried again are asked for once more, by
 * themselves, beside what became of the others; the last page tells of all of them.
 *
 * Who was left with a password that nobody knows is asked for another one, whatever was refused: the end of the journey would be the end
 * of the account.
 */
export function afterWrites(
  deps: Deps,
  state: JourneyState,
  { from, verb }: Asked,
  written: Readonly<Record<string, Written>>,
): JourneyState {
  const id = randomId(deps.random);
  const [only, ...others] = Object.entries(written);
  if (only === undefined) return { ...state, step: { id, kind: 'refused', code: 'account.missing' } };
  const [account, result] = only;
  const again = Object.keys(written).filter((key) => mayTryAgain(written[key] as Written));
  if (others.length === 0 && state.outcomes === undefined) {
    if (again.length > 0) return { ...state, step: { ...from, id, message: messageFor(result) } };
    if (result.status === 'refused') return { ...state, step: { id, kind: 'refused', code: reasonOf(result) } };
    const outcomes = { [account]: outcomeOf(state.goal, verb, result) };
    return { ...state, step: { id, kind: 'done', ...donePage(state.goal, outcomes) } };
  }
  const told = Object.fromEntries(Object.entries(written).map(([key, each]) => [key, outcomeOf(state.goal, verb, each)]));
  const outcomes = { ...state.outcomes, ...told };
  if (again.length === 0) return { ...state, outcomes, step: { id, kind: 'done', ...donePage(state.goal, outcomes) } };
  const step = { ...narrowQuestion(from, again), id, message: { key: 'some-left', tone: 'error' as const } };
  return { ...state, outcomes, selected: again, step };
}

/** Whether the person may leave it at what was done: not while an account has a password that nobody knows. */
export function mayFinish({ outcomes }: JourneyState): boolean {
  return outcomes !== undefined && Object.values(outcomes).every(({ code }) => code !== LEFT_TEMPORARY);
}

/** The last page of a journey that is left at what became of its accounts so far. */
export function finished(deps: Deps, state: JourneyState, outcomes: Readonly<Record<string, AccountOutcome>>): JourneyState {
  return { ...state, outcomes, step: { id: randomId(deps.random), kind: 'done', ...donePage(state.goal, outcomes) } };
}

/**
 * A journey that goes on for none of its accounts. What became of others before is never hidden by it: then the last page tells of all.
 * @param accounts those that it was about now
 */
export function endedBy(deps: Deps, state: JourneyState, code: string, accounts: readonly string[], verb: JourneyVerb): JourneyState {
  if (state.outcomes === undefined) return { ...state, step: { id: randomId(deps.random), kind: 'refused', code } };
  const failed = accounts.map((account): [string, AccountOutcome] => [account, { verb, outcome: 'failed', code }]);
  return finished(deps, state, { ...state.outcomes, ...Object.fromEntries(failed) });
}

function mayTryAgain(result: Written): boolean {
  if (result.leftTemporary) return true;
  return result.status === 'failed' || (result.status === 'refused' && CURABLE.test(reasonOf(result)) && result.reason !== undefined);
}

const reasonOf = ({ reason }: Written): string => reason ?? 'password.refused';

function messageFor(result: Written): MessageKey {
  if (result.leftTemporary) {
    return { key: result.reason === 'password.in-history' ? 'left-temporary.in-history' : 'left-temporary', tone: 'error' };
  }
  if (result.status === 'refused') return { key: reasonOf(result), tone: 'error' };
  return { key: 'nothing-changed', tone: 'error' };
}

function outcomeOf(goal: Goal, verb: JourneyVerb, result: Written): AccountOutcome {
  if (result.leftTemporary) return { verb, outcome: 'failed', code: LEFT_TEMPORARY };
  if (result.status === 'unknown') return { verb, outcome: 'unknown' };
  if (result.status !== 'done') return { verb, outcome: 'failed', code: reasonOf(result) };
  const note = result.unmet?.includes('history') === true ? { code: 'password.history-not-kept' } : {};
  if (verb === 'reset-password') return { verb, outcome: 'password-reset', ...note };
  return { verb, outcome: goal === 'reset-password' ? 'password-kept' : 'unlocked', ...note };
}

function donePage(goal: Goal, outcomes: Readonly<Record<string, AccountOutcome>>): Pick<OpenStepOf<'done'>, 'results' | 'nextSteps'> {
  const results = Object.entries(outcomes).map(([account, { verb: _verb, ...outcome }]) => ({ account, ...outcome }));
  return { results, nextSteps: nextStepsOf(goal, Object.values(outcomes)) };
}

function nextStepsOf(goal: Goal, outcomes: readonly AccountOutcome[]): string[] {
  const unknown = outcomes.find(({ outcome }) => outcome === 'unknown');
  if (unknown !== undefined) return [`not-known.${unknown.verb}`, 'start-again'];
  const done = outcomes.filter(({ outcome }) => outcome !== 'failed');
  if (done.length === 0) return [];
  if (!done.some(({ outcome }) => outcome === 'password-reset')) return ['sign-in-after-unlock'];
  // Who signs in goes on with it here.
  return [...(goal === 'sign-in' ? [] : ['sign-in']), 'update-devices', 'propagation'];
}
