import { AppError } from '../../../shared/errors.ts';
import type { InstallationPermission } from '../../../shared/permissions.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import type { ActDeps } from '../journey/act.ts';
import { slowDown } from '../journey/start-journey.ts';
import type { Store } from '../ports/store.ts';
import { requireFullRights } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';
import { type ApiToken, roleOfToken } from '../tokens/api-token.ts';
import { requireTokenOpen } from '../tokens/find-token.ts';
import { type ActorFacts, canManage } from './can.ts';
import { readSessionActor } from './held-roles.ts';
import { delegateActor } from './helped.ts';
import { requireManage } from './manage.ts';
import type { Role } from './roles.ts';

/**
 * Who asks to see something: somebody who is signed in, or a program with its token. What asks for a fresh proof, or is one's own, takes a
 * `Session` and never one of these, so that no token gets there.
 */
export type Caller = Session | ApiToken;

export function isApiToken(caller: Caller): caller is ApiToken {
  return 'kind' in caller;
}

/**
 * Who asks, and the roles by which: of a program that of its token alone, whatever the configuration gives to whom.
 * @returns null: the account of who is signed in is gone
 * @throws AppError as `readSessionActor`; `session.for-enrolment-only`
 */
export async function readCaller(deps: ActDeps, caller: Caller): Promise<{ actor: ActorFacts; roles: readonly Role[] } | null> {
  if (isApiToken(caller)) return roleOfToken(caller);
  requireFullRights(caller);
  const actor = await readSessionActor(deps, caller);
  return actor === null ? null : { actor, roles: deps.configuration().roles };
}

/** What tells one who asks from another, in whichever session. */
export function callerKey(caller: Caller): string {
  return isApiToken(caller) ? `token/${caller.id}` : accountKey(caller.account);
}

/** Who acts, for the audit log. */
export function callerActor(deps: ActDeps, caller: Caller): Actor {
  if (!isApiToken(caller)) return delegateActor(deps, caller);
  // Named as what it is: a token may have the name of a person.
  return { kind: 'token', token: caller.id, login: `token ${caller.name}`, address: deps.act.address };
}

/** In which session something was done, for the audit log: by a token it was in none. */
export function sessionPart(caller: Caller): { session?: string } {
  return isApiToken(caller) ? {} : { session: caller.id };
}

/** Throws where who asks was signed out meanwhile, or the token revoked. @throws AppError `session.ended`, `token.ended` */
export async function requireCallerOpen(deps: ActDeps, store: Store, caller: Caller): Promise<void> {
  if (isApiToken(caller)) await requireTokenOpen(store, caller, deps.act.at);
  else await requireOpen(deps, store, caller);
}

/**
 * Lets somebody see something of the installation, or a program.
 * @returns who it is, for the audit log
 * @throws AppError as `requireManage`; `token.not-allowed`
 */
export async function requireManageOrToken(deps: ActDeps, caller: Caller, action: InstallationPermission): Promise<Actor> {
  // Stryker disable next-line ObjectLiteral,StringLiteral: what is neither `fresh` nor `passkey` asks for none; the compiler wants it said
  if (!isApiToken(caller)) return requireManage(deps, caller, action, { proof: 'any' });
  const { actor, roles } = roleOfToken(caller);
  if (!canManage(roles, actor, action).allowed) throw await refusedToken(deps, caller, 'token.not-allowed');
  return callerActor(deps, caller);
}

/** What a token does not allow, or no token does, is written down, and counted as every refusal is. */
export async function refusedToken(deps: ActDeps, token: ApiToken, problem: 'token.not-allowed' | 'token.needs-person'): Promise<AppError> {
  const { id, name } = token;
  const actor = callerActor(deps, token);
  await deps.store.transaction((store) => recordEvent(store, deps.clock, { type: 'token.refused', id, name, actor, problem }));
  const decision = await deps.guard.countStray(deps.act.address);
  return decision.allowed ? new AppError(problem) : slowDown(deps.act, decision.retryAt);
}
