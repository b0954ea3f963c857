import { AppError } from '../../../shared/errors.ts';
import type { PersonPermission } from '../../../shared/permissions.ts';
import { type Caller, callerActor, isApiToken, readCaller, sessionPart } from '../access/caller.ts';
import { type AccessRefusal, type ActorFacts, canSee, canStanding } from '../access/can.ts';
import { type Judged, judgeHelped } from '../access/helped.ts';
import { readHolder, readTarget } from '../access/read-access-facts.ts';
import type { Role } from '../access/roles.ts';
import { recentEvents } from '../audit/recent-events.ts';
import { recordEvent } from '../audit/record-event.ts';
import { factorsOf } from '../enrolment/factors-of.ts';
import { type RecoveryState, readRecoveryState } from '../freeze/release-recovery.ts';
import type { ActDeps } from '../journey/act.ts';
import type { AuditRow } from '../ports/audit-store.ts';
import type { Account, AccountFacts, AccountRef, Directory } from '../ports/directory.ts';
import type { FactorRow } from '../ports/store.ts';
import { type ContactChange, readContactChange } from './changed-contact.ts';

/** Events of an account that an agent is shown. */
const SHOWN = 20;

/** What an agent sees of one person (HELP-2). */
export interface SeenPersonFacts extends AccountFacts {
  readonly directory: Directory;
  readonly protected: boolean;
  readonly factors: readonly FactorRow[];
  readonly linked: readonly { readonly directory: string; readonly login: string | null }[];
  /** Whether a mailbox or number of theirs was lately added beside another one, or took its place. */
  readonly contactChange: ContactChange;
  readonly recovery: RecoveryState;
  readonly events: readonly Pick<AuditRow, 'at' | 'type' | 'data'>[];
  readonly may: readonly PersonPermission[];
  readonly inCase: readonly PersonPermission[];
  readonly withSecond: readonly PersonPermission[];
  /** Who asks may have them reminded. */
  readonly reminds: boolean;
  readonly mayNot: readonly { readonly action: PersonPermission; readonly because: AccessRefusal }[];
}

/**
 * Everything about one person that an agent or a program may see, as it is now. That they looked is in the audit log. Somebody out of scope is as
 * somebody who does not exist.
 * @throws AppError `access.refused`, `session.for-enrolment-only`, `directory.*`
 */
export async function seePerson(deps: ActDeps, caller: Caller, ref: AccountRef): Promise<SeenPersonFacts> {
  const who = await readCaller(deps, caller);
  const directory = deps.directories.all().find(({ id }) => id === ref.directory);
  const account = (await directory?.readAccount(ref)) ?? null;
  if (who === null || directory === undefined || account === null) throw new AppError('access.refused');
  const judged = await judge(deps, caller, who.roles, { directory, account });
  if (!canSee(who.roles, who.actor, judged.target).allowed) throw new AppError('access.refused');
  const [facts, factors, recovery, events, linked] = await Promise.all([
    directory.readFacts(account, { locks: 'everywhere' }),
    factorsOf(deps, account),
    readRecoveryState(deps, account),
    recentEvents(deps.store, ref, SHOWN),
    linkedOf(deps, who, ref),
  ]);
  await deps.store.transaction(
    (store) =>
      recordEvent(store, deps.clock, { type: 'person.seen', account: ref, actor: callerActor(deps, caller), ...sessionPart(caller) }),
    () => 'deferred',
  );
  const contactChange = await readContactChange(deps.store, ref, factors, deps.act.at);
  const mayNot = judged.decisions.flatMap(({ action, decision }) => (decision.allowed ? [] : [{ action, because: decision.because }]));
  const { may, inCase, withSecond, target } = judged;
  // A program reminds nobody.
  const reminds = !isApiToken(caller) && canStanding(who.roles, who.actor, 'remind-people', target).allowed;
  const held = { factors, contactChange, linked, recovery, events };
  return { ...facts, directory, protected: target.protected, ...held, may, inCase, withSecond, reminds, mayNot };
}

/** What could be done for them. A program does nothing for anybody. */
async function judge(
  deps: ActDeps,
  caller: Caller,
  roles: readonly Role[],
  found: { directory: Directory; account: Account },
): Promise<Pick<Judged, 'target' | 'may' | 'inCase' | 'withSecond' | 'decisions'>> {
  if (!isApiToken(caller)) return judgeHelped(deps, caller, found);
  return { target: await readTarget(deps, found.directory, roles, found.account), may: [], inCase: [], withSecond: [], decisions: [] };
}

/** By what somebody is seen. */
interface Seer {
  readonly actor: ActorFacts;
  readonly roles: readonly Role[];
}

/** A directory that is down hides a name, and so does the scope of the agent's roles: nothing more. */
async function linkedOf(deps: ActDeps, who: Seer, ref: AccountRef): Promise<SeenPersonFacts['linked']> {
  const linked = await deps.store.people.linkedTo(ref);
  return Promise.all(
    linked.map(async ({ directory: id, accountId }) => {
      const directory = deps.directories.all().find((each) => each.id === id);
      const login = directory === undefined ? null : await visibleLogin(who, directory, accountId).catch(() => null);
      return { directory: directory?.label ?? id, login };
    }),
  );
}

async function visibleLogin({ actor, roles }: Seer, directory: Directory, id: string): Promise<string | null> {
  const account = await directory.readAccount({ directory: directory.id, id });
  if (account === null) return null;
  return canSee(roles, actor, await readHolder(directory, roles, account)).allowed ? account.login : null;
}
