import { type Help, helpReset, helpUnlock } from '../access/help.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Session } from '../sessions/session.ts';
import { endSessionsInCase, issuePassInCase, releaseInCase, removeProofsInCase } from './acts.ts';
import { notingRefusal } from './note-refusal.ts';
import { findCase } from './own-cases.ts';
import { sendResetLink } from './reset-link/send-link.ts';

export interface AskedAct {
  /** For a reset; one is made where none is given. */
  readonly password: string | undefined;
  /** The agent means to act for a caller who was not verified. */
  readonly unverified: boolean;
  /** For a reset: the mailbox or number that a link goes to, by which the person sets their own. */
  readonly linkTo: string | undefined;
  /** For a reset: the number that a temporary password goes to, which is told to nobody then. */
  readonly sendTo: string | undefined;
}

/**
 * Does what a case is for, once, as it is done everywhere else, with what it rests on in the audit log.
 * @throws AppError `case.unknown`, `case.passed`, `case.receipt-needed`, `case.reason-missing`, and as `helpReset` and `sendResetLink`
 */
export function actOnCase(deps: ActDeps, session: Session, id: string, asked: AskedAct): Promise<Help> {
  return notingRefusal(deps, session, id, () => act(deps, session, id, asked));
}

async function act(deps: ActDeps, session: Session, id: string, { password, unverified, linkTo, sendTo }: AskedAct): Promise<Help> {
  const helpCase = await findCase(deps, session, id);
  if (linkTo !== undefined) return sendResetLink(deps, session, helpCase, linkTo);
  const inCase = { helpCase, unverified };
  switch (helpCase.action) {
    case 'reset-password':
      return helpReset(deps, session, helpCase.account, { password, sendTo }, inCase);
    case 'unlock-account':
      return helpUnlock(deps, session, helpCase.account, inCase);
    case 'issue-pass':
      return issuePassInCase(deps, session, inCase);
    case 'remove-proofs':
      return removeProofsInCase(deps, session, inCase);
    case 'end-sessions':
      return endSessionsInCase(deps, session, inCase);
    case 'release-recovery':
      return releaseInCase(deps, session, inCase);
  }
}
