import { MOST_TRIES, waitingCase } from '../helpdesk/confirm-call.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { ActDeps } from './act.ts';
import type { OpenedStep } from './goals/goal.ts';
import type { OpenStepOf } from './journey-state.ts';

/**
 * What somebody is shown who has proven who they are: the call that is about them, or that there is none at present. Nobody else learns
 * that there is one.
 */
export async function callStep(
  deps: Pick<ActDeps, 'store' | 'act'>,
  account: AccountRef | undefined,
): Promise<Extract<OpenedStep, { kind: 'confirm-call' }>> {
  const helpCase = account === undefined ? null : await waitingCase(deps, account);
  return { kind: 'confirm-call', call: helpCase === null ? null : callOf(helpCase) };
}

function callOf({ row, facts, action }: NonNullable<Awaited<ReturnType<typeof waitingCase>>>): OpenStepOf<'confirm-call'>['call'] {
  const { agent, kinds, numbers } = facts;
  const removes = kinds === undefined ? {} : { kinds: [...kinds] };
  return { case: row.id, agent: agent.name, action, ...removes, shown: numbers.shown, triesLeft: MOST_TRIES - row.tries };
}
