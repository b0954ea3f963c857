import { AppError } from '../../../shared/errors.ts';
import type { PersonPermission } from '../../../shared/permissions.ts';
import { type AccessRefusal, type ActorFacts, canSee } from '../access/can.ts';
import { readSessionActor } from '../access/held-roles.ts';
import { delegateActor, judgeHelped } from '../access/helped.ts';
import { readHolder } from '../access/read-access-facts.ts';
import { recentEvents } from '../audit/recent-events.ts';
import { recordEvent } from '../audit/record-event.ts';
import { factorsOf } from '../enrolment/factors-of.ts';
import { type RecoveryState, readRecoveryState } from '../freeze/release-recovery.ts';
import type { ActDeps } from '../journey/act.ts';
import type { AuditRow } from '../ports/audit-store.ts';
import type { AccountFacts, AccountRef, Directory } from '../ports/directory.ts';
import type { FactorRow } from '../ports/store.ts';
import { requireFullRights } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';

/** Events of an account that an agent is shown. */
const SHOWN = 20;

/** What an agent sees of one person (HELP-2). */
export interface SeenPersonFacts extends AccountFacts {
  readonly directory: Directory;
  readonly protected: boolean;
  readonly factors: readonly FactorRow[];
  readonly linked: readonly { readonly directory: string; readonly login: string | null }[];
  readonly recovery: RecoveryState;
  readonly events: readonly Pick<AuditRow, 'at' | 'type' | 'data'>[];
  readonly may: readonly PersonPermission[];
  readonly inCase: readonly PersonPermission[];
  readonly mayNot: readonly { readonly action: PersonPermission; readonly because: AccessRefusal }[];
}

/**
 * Everything about one person that an agent may see, as it is now. That they looked is in the audit log. Somebody out of scope is as
 * somebody who does not exist.
 * @throws AppError `access.refused`, `session.for-enrolment-only`, `directory.*`
 */
export async function seePerson(deps: ActDeps, session: Session, ref: AccountRef): Promise<SeenPersonFacts> {
  requireFullRights(session);
  const actor = await readSessionActor(deps, session);
  const directory = deps.directories.all().find(({ id }) => id === ref.directory);
  const account = (await directory?.readAccount(ref)) ?? null;
  if (actor === null || directory === undefined || account === null) throw new AppError('access.refused');
  const judged = await judgeHelped(deps, session, { directory, account });
  if (!canSee(deps.configuration().roles, actor, judged.target).allowed) throw new AppError('access.refused');
  const [facts, factors, recovery, events, linked] = await Promise.all([
    directory.readFacts(account, { locks: 'everywhere' }),
    factorsOf(deps, account),
    readRecoveryState(deps, account),
    recentEvents(deps.store, ref, SHOWN),
    linkedOf(deps, actor, ref),
  ]);
  await deps.store.transaction(
    (store) =>
      recordEvent(store, deps.clock, { type: 'person.seen', account: ref, actor: delegateActor(deps, session), session: session.id }),
    () => 'deferred',
  );
  const mayNot = judged.decisions.flatMap(({ action, decision }) => (decision.allowed ? [] : [{ action, because: decision.because }]));
  const { may, inCase, target } = judged;
  return { ...facts, directory, protected: target.protected, factors, linked, recovery, events, may, inCase, mayNot };
}

/** A directory that is down hides a name, and so does the scope of the agent's roles: nothing more. */
async function linkedOf(deps: ActDeps, actor: ActorFacts, ref: AccountRef): Promise<SeenPersonFacts['linked']> {
  const linked = await deps.store.people.linkedTo(ref);
  return Promise.all(
    linked.map(async ({ directory: id, accountId }) => {
      const directory = deps.directories.all().find((each) => each.id === id);
      const login = directory === undefined ? null : await visibleLogin(deps, actor, directory, accountId).catch(() => null);
      return { directory: directory?.label ?? id, login };
    }),
  );
}

async function visibleLogin(deps: ActDeps, actor: ActorFacts, directory: Directory, id: string): Promise<string | null> {
  const { roles } = deps.configuration();
  const account = await directory.readAccount({ directory: directory.id, id });
  if (account === null) return null;
  return canSee(roles, actor, await readHolder(directory, roles, account)).allowed ? account.login : null;
}
