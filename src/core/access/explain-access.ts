import { PERSON_PERMISSIONS, type PersonPermission, STANDING_PERMISSIONS, type StandingPermission } from '../../../shared/permissions.ts';
import type { CoreDeps } from '../core-deps.ts';
import { actsWithSecond } from '../helpdesk/acts-with-second.ts';
import type { Account, Directory } from '../ports/directory.ts';
import type { DirectManager } from '../ports/manager.ts';
import { type AccessDecision, type ActorFacts, can, canStanding, fold, holdsStanding, type ManageDecision } from './can.ts';
import { type LookingAtOthers, readActor, readTarget } from './read-access-facts.ts';
import type { Role } from './roles.ts';

interface Found {
  readonly account: Account;
  readonly directory: Directory;
}

/** A role, and by what it is held or not. */
export interface ExplainedRole {
  readonly role: Role;
  /** By group or by name; null: the directory does not tell. */
  readonly held: boolean | null;
  /** Each way in which it could be. */
  readonly ways: readonly { readonly what: 'directory' | 'group' | 'account'; readonly name: string; readonly verdict: boolean | null }[];
}

export interface AccessExplanation {
  readonly barred: ActorFacts['barred'];
  readonly roles: readonly ExplainedRole[];
  /** null: no target was named. */
  readonly target: {
    readonly manager: DirectManager;
    /** What a second agent has to approve. */
    readonly withSecond: readonly PersonPermission[];
    readonly decisions: readonly {
      readonly action: PersonPermission | StandingPermission;
      readonly decision: AccessDecision | ManageDecision;
    }[];
  } | null;
}

/** What somebody may do for others, and for one of them, with the reasons. Changes nothing. @throws AppError `directory.*` */
export async function explainAccess(
  deps: Pick<CoreDeps, 'configuration'> & LookingAtOthers,
  actor: Found,
  target: Found | null,
): Promise<AccessExplanation> {
  const { roles } = deps.configuration();
  const facts = await readActor(deps, actor.directory, roles, actor.account);
  const about = target === null ? null : await readTarget(deps, target.directory, roles, target.account);
  const withSecond = target === null ? [] : await actsWithSecond(deps, target);
  return {
    barred: facts.barred,
    roles: roles.map((role) => ({ role, held: holdsStanding(role, facts), ways: waysOf(role, facts) })),
    target:
      about === null
        ? null
        : {
            manager: about.manager,
            withSecond,
            decisions: [
              ...PERSON_PERMISSIONS.map((action) => ({ action, decision: can(roles, facts, action, about) })),
              ...STANDING_PERMISSIONS.map((action) => ({ action, decision: canStanding(roles, facts, action, about) })),
            ],
          },
  };
}

function waysOf({ heldBy }: Role, facts: ActorFacts): ExplainedRole['ways'] {
  const { directory } = facts.account;
  if (heldBy.directories?.includes(directory) === false)
    return [{ what: 'directory', name: heldBy.directories.join(', '), verdict: false }];
  return [
    ...(heldBy.groups ?? []).map((name) => ({ what: 'group' as const, name, verdict: facts.membership.groups[name] ?? null })),
    ...(heldBy.accounts ?? []).map((name) => ({ what: 'account' as const, name, verdict: fold(name) === fold(facts.login) })),
  ];
}
