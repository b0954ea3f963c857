import { currentCall } from '../../helpdesk/confirm-call.ts';
import { callStep } from '../call-step.ts';
import type { ProvenGoal } from './goal.ts';

/** Somebody who is on the telephone with the helpdesk shows that it is them, and sees whom they talk to. */
export const confirmCallGoal: ProvenGoal = {
  asksForProof: true,
  oneAccount: true,
  open: async (deps, _state, [account]) => callStep(account === undefined ? null : await currentCall(deps, account.candidate.ref)),
};
