import type { Goal } from '../../../shared/api/journeys.ts';
import { accountKey } from '../accounts/candidate.ts';
import { randomId } from '../random-id.ts';
import type { JourneyVerb, WriteResult } from '../writes/directory-write.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { MessageKey, OpenStep, OpenStepOf, QuestionStep } from './journey-state.ts';

/** Refusals that another password may cure. */
const CURABLE = /^password\.(in-history|too-short|too-long|not-complex|same-as-current|quality|refused)$/;

/**
 * Where a journey goes once its writes are over: on to the last page when anything was or may have been done, or nothing can be; back to
 * the question, with the reason, when trying again makes sense. Who was left with a password that nobody knows is asked for another
 * one, whatever was refused and whatever else was done: the end of the journey would be the end of the account.
 */
export function stepAfterWrites(
  deps: Pick<JourneyDeps, 'random'>,
  goal: Goal,
  from: QuestionStep,
  verb: JourneyVerb,
  results: WriteResult[],
): OpenStep {
  const id = randomId(deps.random);
  const stranded = results.find((result) => result.leftTemporary);
  if (stranded !== undefined) return { ...from, id, message: messageFor(stranded) };
  if (results.some(({ status }) => status === 'done' || status === 'unknown'))
    return { id, kind: 'done', ...donePage(goal, verb, results) };
  const worst = results.find((result) => result.status === 'refused' && !isCurable(result)) ?? results[0];
  if (worst === undefined) return { id, kind: 'refused', code: 'account.missing' };
  if (worst.status === 'refused' && !isCurable(worst)) {
    return { id, kind: 'refused', code: worst.reason ?? 'password.refused' };
  }
  return { ...from, id, message: messageFor(worst) };
}

function isCurable({ reason }: WriteResult): boolean {
  return reason !== undefined && CURABLE.test(reason);
}

function messageFor(result: WriteResult): MessageKey {
  if (result.leftTemporary) {
    return { key: result.reason === 'password.in-history' ? 'left-temporary.in-history' : 'left-temporary', tone: 'error' };
  }
  // Stryker disable next-line StringLiteral: a refusal without a reason is not curable and never comes here
  if (result.status === 'refused') return { key: result.reason ?? 'password.refused', tone: 'error' };
  return { key: 'nothing-changed', tone: 'error' };
}

function donePage(goal: Goal, verb: JourneyVerb, results: WriteResult[]): Pick<OpenStepOf<'done'>, 'results' | 'nextSteps'> {
  const outcome =
    verb === 'reset-password'
      ? ('password-reset' as const)
      : goal === 'reset-password'
        ? ('password-kept' as const)
        : ('unlocked' as const);
  return {
    results: results.map((result) => {
      const account = accountKey(result.intent.account);
      const note = result.unmet?.includes('history') === true ? { code: 'password.history-not-kept' } : {};
      if (result.status === 'unknown') return { account, outcome: 'unknown' as const };
      return result.status === 'done'
        ? { account, outcome, ...note }
        : { account, outcome: 'failed' as const, code: result.reason ?? 'password.refused' };
    }),
    nextSteps: nextStepsOf(goal, verb, results),
  };
}

function nextStepsOf(goal: Goal, verb: JourneyVerb, results: WriteResult[]): string[] {
  if (results.some(({ status }) => status === 'unknown')) return [`not-known.${verb}`, 'start-again'];
  // Who signs in goes on with it here.
  if (goal === 'sign-in') return ['update-devices', 'propagation'];
  return verb === 'reset-password' ? ['sign-in', 'update-devices', 'propagation'] : ['sign-in-after-unlock'];
}
