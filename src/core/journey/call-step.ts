import { MOST_TRIES } from '../helpdesk/confirm-call.ts';
import type { HelpCase } from '../helpdesk/help-case.ts';
import type { OpenedStep } from './goals/goal.ts';
import type { OpenStepOf } from './journey-state.ts';

/**
 * What somebody is shown who has proven who they are: the call that is about them, or that there is none at present. Nobody else learns
 * that there is one.
 */
export function callStep(helpCase: HelpCase | null): Extract<OpenedStep, { kind: 'confirm-call' }> {
  return { kind: 'confirm-call', call: helpCase === null ? null : callOf(helpCase) };
}

function callOf({ row, facts, action }: HelpCase): OpenStepOf<'confirm-call'>['call'] {
  const { agent, kinds, numbers } = facts;
  const removes = kinds === undefined ? {} : { kinds: [...kinds] };
  return { case: row.id, agent: agent.name, action, ...removes, shown: numbers.shown, triesLeft: MOST_TRIES - row.tries };
}
