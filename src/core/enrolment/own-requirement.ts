import { AppError, isAppError } from '../../../shared/errors.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { ActDeps } from '../journey/act.ts';
import type { AccountRef } from '../ports/directory.ts';
import { sessionActor } from '../sessions/end-sessions.ts';
import { requireFullRights } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';
import { ownAccount } from './own-proofs.ts';
import { requireOpen } from './own-session.ts';
import { kindsNotLeaving, readRequirement } from './read-requirement.ts';
import { putOffUntil, type Requirement } from './requirement.ts';

/**
 * What is asked of somebody who is signed in, or is about to be.
 * @throws AppError `session.ended` for an account that is gone, `directory.*` when it cannot be read at all
 */
export async function requirementFor(deps: ActDeps, ref: AccountRef): Promise<Requirement> {
  const configuration = deps.configuration();
  if (configuration.enrolment.required.length === 0) return { ask: 'nothing', because: 'no-rule' };
  const account = await ownAccount(deps, { account: ref });
  const notLeaving = await kindsNotLeaving(deps.store, deps.act.at);
  const directory = deps.directories.get(account.directory);
  return readRequirement(deps, configuration, directory, account, { now: deps.act.at, notLeaving });
}

/**
 * Puts off what somebody is asked for. Asking twice is the same as once.
 * @throws AppError `enrolment.put-off-over` after the deadline, `session.for-enrolment-only`, `session.ended`
 */
export async function putOffRequirement(deps: ActDeps, session: Session): Promise<void> {
  requireFullRights(session);
  const requirement = await requirementFor(deps, session.account);
  if (requirement.ask === 'nothing') return;
  if (requirement.ask === 'force') throw new AppError('enrolment.put-off-over');
  const now = deps.act.at;
  const until = putOffUntil(requirement, now);
  const { account } = session;
  try {
    await deps.store.transaction(async (store) => {
      await recordEvent(store, deps.clock, {
        type: 'enrolment.put-off',
        ...{ account, session: session.id, actor: sessionActor(deps.act, session), rule: requirement.rule.name, until },
      });
      await requireOpen(deps, store, session);
      if (!(await store.enrolmentAsks.putOff(account, until, now))) throw new AppError('enrolment.put-off-over');
    });
  } catch (error) {
    // Somebody else, on another device of theirs, has put it off in the same moment: it is.
    if (!isAppError(error, 'enrolment.put-off-over')) throw error;
  }
}
