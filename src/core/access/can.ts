import {
  type InstallationPermission,
  OTHER_WAYS,
  type OtherWay,
  type PersonPermission,
  RESET_WAYS,
  type ResetWay,
  type StandingPermission,
} from '../../../shared/permissions.ts';
import { isDirectManager } from '../accounts/is-direct-manager.ts';
import type { Barred } from '../accounts/judge-account.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { DirectManager } from '../ports/manager.ts';
import type { Membership } from '../ports/membership.ts';
import { any, fitsAccount, type Verdict } from '../proof/rules.ts';
import type { Role } from './roles.ts';

/** What roles ask of an account. `membership` has the places and groups that they name for its directory. */
export interface HolderFacts {
  readonly account: AccountRef;
  readonly login: string;
  readonly membership: Membership;
}

/** Who wants to do something. */
export interface ActorFacts extends HolderFacts {
  /** Other accounts of the same person: they are one's own too. */
  readonly linked: readonly AccountRef[];
  /** Why the account may do nothing at present; null: it may. Protected accounts may act. */
  readonly barred: Exclude<Barred, 'account-protected'> | null;
}

/** The same of another account of somebody. `login` null: its directory does not say. */
export interface LinkedFacts extends Omit<HolderFacts, 'login'> {
  readonly login: string | null;
}

/** Whom it is about. */
export interface TargetFacts extends HolderFacts {
  /** Other accounts of the same person: what proves the owner of one may prove the owner of the others. */
  readonly linked: readonly LinkedFacts[];
  readonly protected: boolean;
  readonly manager: DirectManager;
}

/**
 * Why somebody may not:
 *
 * - `oneself`      what is one's own is done by proving who one is, never by a role
 * - `actor-barred` the account of who asks is disabled, past its end, frozen, or signs in without a password
 * - `protected`    the target is protected, whoever asks
 * - `no-role`      no role that allows it is held
 * - `out-of-scope` one is held, and not over the target
 * - `not-known`    the directory does not tell whether one is held, or whether the target is in its scope
 * - `more-rights`  the target, or another account of the same person, holds, or may hold, a role that who asks does not hold
 */
export type AccessRefusal = 'oneself' | 'actor-barred' | 'protected' | 'no-role' | 'out-of-scope' | 'not-known' | 'more-rights';

/**
 * By what somebody acts for somebody else:
 *
 * - `manager`     the directory names them as direct manager: whom they help they know, and are answerable for
 * - `receipt`     as an agent, for a caller who has proven in a case who they are
 * - `unverified`  as an agent whose every role that allows it does without: with a reason and an alarm
 */
export type AccessBasis = 'manager' | 'receipt' | 'unverified';

/** `roles`: those that the reason is about. */
export interface AccessRefused {
  readonly allowed: false;
  readonly because: AccessRefusal;
  readonly roles: readonly string[];
}

/** `roles`: by each of these. */
export type ManageDecision = { readonly allowed: true; readonly roles: readonly string[] } | AccessRefused;
/** `otherWays`: how the caller may be verified besides on their own device. `resetBy`: in which ways a password may be set in a case. */
export type AccessDecision =
  | {
      readonly allowed: true;
      readonly roles: readonly string[];
      readonly basis: AccessBasis;
      readonly otherWays: readonly OtherWay[];
      readonly resetBy: readonly ResetWay[];
    }
  | AccessRefused;

/**
 * Whether somebody may do something for somebody else, and why. Denied unless a role allows it; what is not known never allows
 * anything, and roles only ever add to what is allowed: nothing in them lifts protection.
 *
 * Whoever can set a password can be that person, and may recover their other accounts by it. So nobody acts on somebody who holds a role,
 * by whichever account, that they do not hold themselves, wherever its scope ends.
 */
export function can(roles: readonly Role[], actor: ActorFacts, action: PersonPermission, target: TargetFacts): AccessDecision {
  if (isSame(actor.account, target.account) || actor.linked.some((own) => isSame(own, target.account))) return refused('oneself');
  if (actor.barred !== null) return refused('actor-barred');
  if (target.protected) return refused('protected');
  const judged = roles
    .filter(({ may }) => may.includes(action))
    .map((role) => ({ role, held: holds(role, actor, target), over: isOver(role, target) }));
  const granted = judged.filter(({ held, over }) => held === true && over === true).map(({ role }) => role);
  if (granted.length === 0) return whyNone(judged);
  const higher = roles.filter((role) => mayHold(role, target) && holdsStanding(role, actor) !== true);
  if (higher.length > 0) return refused('more-rights', higher);
  const otherWays = OTHER_WAYS.filter((way) => granted.every((role) => role.otherWays?.includes(way) === true));
  return {
    allowed: true,
    roles: granted.map(({ name }) => name),
    basis: basisOf(granted, actor, target),
    otherWays,
    resetBy: resetWaysOf(granted),
  };
}

/** Of several roles the strictest decides; who is the person's manager is so whatever other roles they hold. */
function basisOf(granted: readonly Role[], actor: ActorFacts, target: TargetFacts): AccessBasis {
  if (granted.some((role) => holdsAsManager(role, actor, target) === true)) return 'manager';
  return granted.every(({ unverified }) => unverified === true) ? 'unverified' : 'receipt';
}

/** Of several roles all must allow a way; a link to a mailbox is never the weaker one. */
function resetWaysOf(granted: readonly Role[]): ResetWay[] {
  const ways = granted.map(({ resetBy = ['link'] }) => resetBy);
  return RESET_WAYS.filter((way) => (way === 'link' ? ways.some((each) => each.includes(way)) : ways.every((each) => each.includes(way))));
}

/** Whether somebody may see another person in lists and look at how their account stands, as `canStanding`. */
export function canSee(roles: readonly Role[], actor: ActorFacts, target: HolderFacts | null): ManageDecision {
  return canStanding(roles, actor, 'see-people', target);
}

/**
 * Whether somebody may see another person, or have them reminded, and why. Nothing of an account is changed by it, so it reaches protected
 * people and those who hold more as well, by roles that are held by group or by name.
 * @param target null: whether there is anybody at all for whom they may
 */
export function canStanding(
  roles: readonly Role[],
  actor: ActorFacts,
  permission: StandingPermission,
  target: HolderFacts | null,
): ManageDecision {
  if (actor.barred !== null) return refused('actor-barred');
  const judged = roles
    .filter(({ may }) => may.includes(permission))
    .map((role) => ({ role, held: holdsStanding(role, actor), over: target === null ? (true as const) : isOver(role, target) }));
  const granted = judged.filter(({ held, over }) => held === true && over === true).map(({ role }) => role.name);
  return granted.length > 0 ? { allowed: true, roles: granted } : whyNone(judged);
}

/**
 * Whether somebody may do something at the installation itself, and why. Denied unless a role allows it that they hold by group or by
 * name: being a manager allows nothing here.
 */
export function canManage(roles: readonly Role[], actor: ActorFacts, action: InstallationPermission): ManageDecision {
  if (actor.barred !== null) return refused('actor-barred');
  const judged = roles.filter(({ may }) => may.includes(action)).map((role) => ({ role, held: holdsStanding(role, actor), over: true }));
  const granted = judged.filter(({ held }) => held === true).map(({ role }) => role.name);
  return granted.length > 0 ? { allowed: true, roles: granted } : whyNone(judged);
}

/** Whether an account holds a role by group or by name, whoever it is used for. null: it cannot be told. */
export function holdsStanding({ heldBy }: Role, { account, login, membership }: LinkedFacts): Verdict {
  if (heldBy.directories?.includes(account.directory) === false) return false;
  const isNamed = heldBy.accounts === undefined ? false : login === null ? null : isAmong(heldBy.accounts, login);
  return any([
    isNamed,
    heldBy.groups !== undefined && fitsAccount({ when: { groups: heldBy.groups } }, { directory: account.directory, membership }),
  ]);
}

/** Whether somebody holds a role by whichever of their accounts, or it cannot be told that they do not. */
export function mayHold(role: Role, target: TargetFacts): boolean {
  return [target, ...target.linked].some((own) => holdsStanding(role, own) !== false);
}

/** Whether an account holds a role for this target. */
function holds(role: Role, actor: HolderFacts, target: TargetFacts): Verdict {
  const standing = holdsStanding(role, actor);
  return role.heldBy.directManager ? any([standing, holdsAsManager(role, actor, target)]) : standing;
}

/** Whether an account holds a role for this target by being named as direct manager. */
function holdsAsManager({ heldBy }: Role, actor: HolderFacts, target: TargetFacts): Verdict {
  if (!heldBy.directManager || heldBy.directories?.includes(actor.account.directory) === false) return false;
  return isDirectManager(actor.account, target.account, target.manager);
}

/** A role that says nothing of its scope is over nobody but the reports of those who hold it as managers. */
function isOver({ over, heldBy }: Role, { account, membership }: HolderFacts): Verdict {
  if (over === undefined) return heldBy.directManager && heldBy.groups === undefined && heldBy.accounts === undefined;
  return fitsAccount({ when: over }, { directory: account.directory, membership });
}

function whyNone(judged: readonly { role: Role; held: Verdict; over: Verdict }[]): AccessRefused {
  const open = judged.filter(({ held, over }) => held !== false && over !== false).map(({ role }) => role);
  if (open.length > 0) return refused('not-known', open);
  const held = judged.filter((each) => each.held !== false).map(({ role }) => role);
  return held.length > 0 ? refused('out-of-scope', held) : refused('no-role');
}

function refused(because: AccessRefusal, roles: readonly Role[] = []): AccessRefused {
  return { allowed: false, because, roles: roles.map(({ name }) => name) };
}

function isSame(one: AccountRef, other: AccountRef): boolean {
  return one.directory === other.directory && one.id === other.id;
}

function isAmong(names: readonly string[], login: string): boolean {
  return names.some((name) => fold(name) === fold(login));
}

/** Directories compare sign-in names without case. What they fold beyond that makes nobody else the holder of a role. */
export function fold(login: string): string {
  return login.normalize('NFC').toLowerCase();
}
