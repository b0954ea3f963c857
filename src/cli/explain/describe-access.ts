import type { AccessDecision, AccessRefusal, ActorFacts, ManageDecision } from '../../core/access/can.ts';
import type { AccessExplanation, ExplainedRole } from '../../core/access/explain-access.ts';
import type { DirectManager } from '../../core/ports/manager.ts';
import type { FoundAccount } from '../find-account.ts';

/** Lines that tell what somebody may do for others by their roles, and by what they hold each. */
export function describeRoles({ barred, roles }: AccessExplanation): string[] {
  if (roles.length === 0) return ['  the configuration has no roles: nobody may do anything for others'];
  return [...(barred === null ? [] : [`  may do nothing for anybody: ${BARRED[barred]}`]), ...roles.flatMap(describeRole)];
}

/** The same for one other account. */
export function describeTarget(target: NonNullable<AccessExplanation['target']>, about: FoundAccount): string[] {
  return [
    `  ${describeManager(target.manager, about)}`,
    ...target.decisions.map(({ action, decision }) => {
      const second = decision.allowed && target.withSecond.some((each) => each === action) ? ', once a second agent has approved' : '';
      return `  ${action}: ${describeDecision(decision)}${second}`;
    }),
  ];
}

/** An account as it is named to operators. */
export function nameOf({ account, directory }: FoundAccount): string {
  return `${account.login} (${directory.label})`;
}

const VERDICTS = { true: 'yes', false: 'no', null: 'not known, the directory does not tell' } as const;

function describeRole({ role, held, ways }: ExplainedRole): string[] {
  const { name, may, heldBy, over } = role;
  const standing = held === null ? 'not known, the directory does not tell' : held ? 'held' : 'not held';
  const asManager = heldBy.directManager && held !== true;
  const isStanding = heldBy.groups !== undefined || heldBy.accounts !== undefined;
  const how = asManager ? `${isStanding ? `${standing}; ` : ''}held for direct reports, if there are any` : standing;
  const scope = Object.entries(over ?? {}).flatMap(([kind, names]) => (names === undefined ? [] : [`${kind} ${names.join(', ')}`]));
  return [
    `  role "${name}" (${may.join(', ')}): ${how}`,
    ...ways.map(({ what, name: named, verdict }) => `    ${what} ${named}: ${VERDICTS[`${verdict}`]}`),
    ...(scope.length === 0 ? [] : [`    over ${scope.join('; ')}`]),
  ];
}

const UNKNOWN: Readonly<Record<Extract<DirectManager, { known: false }>['because'], string>> = {
  'not-told': 'the directory names nobody, or hides it',
  'not-found': 'the one who is named cannot be read here as a person',
  several: 'several are named',
};

function describeManager(manager: DirectManager, { directory }: FoundAccount): string {
  if (!manager.known) return `direct manager: not known (${UNKNOWN[manager.because]})`;
  return `direct manager: ${manager.manager === null ? 'none' : nameOf({ account: manager.manager, directory })}`;
}

const BARRED: Readonly<Record<NonNullable<ActorFacts['barred']>, string>> = {
  'account-disabled': 'the account is disabled',
  'account-expired': 'the account is past its end',
  'password-not-used': 'the account does not sign in by a password',
  'recovery-frozen': 'the account is frozen ("this was not me")',
};

const REFUSALS: Readonly<Record<AccessRefusal, string>> = {
  oneself: 'nobody uses a role on themselves',
  'actor-barred': 'the account of who asks may do nothing at present',
  protected: 'the account is protected, whoever asks',
  'no-role': 'no role that allows it is held',
  'out-of-scope': 'the account is outside of the scope of the role',
  'not-known': 'the directory does not tell whether the role is held, or whether the account is in its scope',
  'more-rights': 'the account holds, or may hold, a role that is not held by who asks',
};

function describeDecision(decision: AccessDecision | ManageDecision): string {
  const roles = decision.roles.map((name) => `"${name}"`).join(', ');
  if (decision.allowed) return `allowed by ${roles}`;
  return `refused: ${REFUSALS[decision.because]}${roles === '' ? '' : ` (${roles})`}`;
}
