import { AppError } from '../../../shared/errors.ts';
import type { PersonPermission, WITHOUT_CASE } from '../../../shared/permissions.ts';
import { barredError } from '../access/barred-error.ts';
import { type Help, requireFresh } from '../access/help.ts';
import { delegateActor, type HelpedWith, requireMay } from '../access/helped.ts';
import { accountKey } from '../accounts/candidate.ts';
import { endFactors } from '../enrolment/enrol-factors.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import { issueTemporaryPass } from '../enrolment/temporary-pass.ts';
import { ownerOf } from '../factors/owner-of.ts';
import { releaseRecovery } from '../freeze/release-recovery.ts';
import type { ActDeps } from '../journey/act.ts';
import type { FactorRow, Store } from '../ports/store.ts';
import { endAllSessions } from '../sessions/end-sessions.ts';
import type { Session } from '../sessions/session.ts';
import { requireRemovable } from './removable.ts';
import { basisFor, type InCase, spendWarrant, warrantFor } from './warrant.ts';

/**
 * Gives the person a temporary pass for one use, to be read out to them: what they can prove themselves with until they have set up
 * something of their own.
 * @throws AppError as `allowed`
 */
export async function issuePassInCase(deps: ActDeps, session: Session, inCase: InCase): Promise<Help> {
  const { account, warrant, by } = await allowed(deps, session, 'issue-pass', inCase, () => requireNotFrozen(deps.store, inCase));
  const { passHours } = deps.configuration().helpdesk;
  const { longestHours } = deps.configuration().factors.temporaryPass;
  const spend = async (store: Store) => {
    await by.spend(store);
    await requireNotFrozen(store, warrant);
  };
  const hours = { hours: Math.min(passHours, longestHours), longestHours, once: true };
  const issued = await issueTemporaryPass(deps, account, hours, { ...by, language: session.language, lane: 'notice', spend });
  deps.wakeOutbox('notice');
  return { outcome: 'done', ...issued };
}

/**
 * Removes all proofs of the kinds that the case names, at every account of the person: what is lost proves none of them any more. The owner
 * is told at all addresses, the removed ones included.
 * @throws AppError as `allowed`, `case.nothing-to-remove`, and as `requireRemovable`
 */
export async function removeProofsInCase(deps: ActDeps, session: Session, inCase: InCase): Promise<Help> {
  const { kinds = [] } = inCase.helpCase.facts;
  const look = async () => {
    await requireNotFrozen(deps.store, inCase);
    return requireRemovable(deps, session, inCase.helpCase.account, kinds);
  };
  const { account, warrant, by, looked } = await allowed(deps, session, 'remove-proofs', inCase, look);
  const spend = async (store: Store) => {
    await by.spend(store);
    await requireNotFrozen(store, warrant);
  };
  const reason = by.reason ?? 'removed by the helpdesk';
  const which = (row: FactorRow) => kinds.some((kind) => kind === row.kind) && looked.has(accountKey(ownerOf(row)));
  const none = new AppError('case.nothing-to-remove', { kinds });
  const ended = await endFactors(deps, account, { which, none }, { ...by, reason, language: session.language, lane: 'notice', spend });
  deps.wakeOutbox('notice');
  return { outcome: 'done', removed: ended.length };
}

/** Ends every session that the person has here. @throws AppError as `allowed` */
export async function endSessionsInCase(deps: ActDeps, session: Session, inCase: InCase): Promise<Help> {
  const { account, by } = await allowed(deps, session, 'end-sessions', inCase, nothingElse);
  await deps.store.transaction(async (store) => {
    await by.spend(store);
    await endAllSessions(deps, store, account, { because: 'ended-elsewhere', actor: by.actor });
  });
  deps.wakeOutbox('notice');
  return { outcome: 'done' };
}

/** Lifts a freeze, and the pauses after wrong proofs. @throws AppError as `allowed`, `case.reason-missing` */
export async function releaseInCase(deps: ActDeps, session: Session, inCase: InCase): Promise<Help> {
  const { reason } = inCase.helpCase.facts;
  // As the command line wants one: whoever reads the log years later is told why.
  if (reason === null) throw new AppError('case.reason-missing');
  const { helped, by } = await allowed(deps, session, 'release-recovery', inCase, nothingElse);
  await releaseRecovery(deps, helped.account, { author: by.author, reason, actor: by.actor, spend: by.spend });
  deps.wakeOutbox('notice');
  return { outcome: 'done' };
}

/** What is done here, and not in a directory. */
type WithoutWrite = Exclude<PersonPermission, (typeof WITHOUT_CASE)[number]>;

/** For an act that takes nothing more of the person than that it may be done for them. */
const nothingElse = () => Promise.resolve();

/**
 * Somebody for whom this may be done, in this case, and by whom. The case is used up in the transaction of the act.
 * @param look looks at what else it takes, before a second agent is asked
 * @throws AppError `session.step-up-needed`, `access.refused`, `case.*` as `basisFor` and `warrantFor`, as `requireMay`, and as `look`
 */
async function allowed<T>(deps: ActDeps, session: Session, action: WithoutWrite, inCase: InCase, look: () => Promise<T>) {
  requireFresh(deps, session);
  const { helpCase } = inCase;
  const helped: HelpedWith = await requireMay(deps, session, action, helpCase.account);
  const basis = await basisFor(deps, helped, inCase);
  const looked = await look();
  const warrant = await warrantFor(deps, session, helped, basis);
  const { reason } = helpCase.facts;
  const by = {
    author: session.login,
    actor: delegateActor(deps, session),
    ...(reason === null ? {} : { reason }),
    async spend(store: Store) {
      // The log first, whose end it locks: whoever signs them out or freezes is either seen, or comes after.
      await spendWarrant(deps, store, session, warrant);
      await requireOpen(deps, store, session);
      if (await store.freezes.isFrozen(session.account)) throw new AppError('access.refused');
    },
  };
  return { helped, account: helpCase.account, warrant, looked, by };
}

async function requireNotFrozen(store: Store, { helpCase }: Pick<InCase, 'helpCase'>): Promise<void> {
  if (await store.freezes.isFrozen(helpCase.account)) throw barredError('recovery-frozen');
}
