import type { FactorKind } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import { readRuleFacts } from '../accounts/read-rule-facts.ts';
import type { Configuration } from '../configuration/document.ts';
import { factorsThatCount } from '../enrolment/factors-of.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Account } from '../ports/directory.ts';
import { isProofComplete } from '../proof/completeness.ts';
import { kindsHad } from '../proof/first-sign-in.ts';
import { ownCombinations } from '../proof/rules.ts';
import { countingKinds } from '../threat/counting-kinds.ts';
import { threatNow } from '../threat/raised-since.ts';
import { tighten } from '../threat/tighten.ts';
import { endOne } from './end-sessions.ts';
import type { Session } from './session.ts';

/**
 * For who acts by a role, or changes what proves them: while a threat is raised the proofs of their session have to be enough to sign in by
 * what counts now. A session that rests on less ends: it may be the one that the threat is about.
 * @throws AppError `session.ended`, and `directory.*`: what a rule asks of the account is not known then
 */
export async function requireEnoughStill(deps: ActDeps, session: Session): Promise<void> {
  if ((await threatNow(deps.store)) === null) return;
  const { accepted } = await acceptedToSignIn(deps, deps.configuration(), session);
  if (isProofComplete(accepted, kindsOf(session))) return;
  await endOne(deps, session, session.id, 'threat-raised');
  throw new AppError('session.ended');
}

/** What a raised threat would do to the session of who raises it. */
export interface EndedByRaising {
  /** On which the session rests, and which would count for nothing. */
  readonly kinds: FactorKind[];
  /** Whether its person has what they could sign in with then, here or at a provider. */
  readonly returns: boolean;
}

/**
 * Whether a session that acts by a role would end if a threat were raised now; null: it would not.
 * @throws AppError `directory.*`, `session.ended` for an account that is gone
 */
export async function endedByRaising(deps: ActDeps, session: Session): Promise<EndedByRaising | null> {
  const raised = tighten(deps.configuration());
  const counting = countingKinds(raised, kindsOf(session));
  const kinds = kindsOf(session).filter((kind) => !counting.includes(kind));
  // What a session rests on otherwise is enough then as it is now.
  if (session.rights === 'emergency' || kinds.length === 0) return null;
  const { account, accepted } = await acceptedToSignIn(deps, raised, session);
  if (isProofComplete(accepted, counting)) return null;
  const has = kindsHad('sign-in', await factorsThatCount(deps, account));
  const waysBack = [has, ...(raised.signIn.openIdConnect?.proofs ?? []).map((entry) => entry.kinds)];
  return { kinds, returns: waysBack.some((each) => isProofComplete(accepted, each)) };
}

async function acceptedToSignIn(
  { directories }: Pick<ActDeps, 'directories'>,
  { signIn: { rules } }: Pick<Configuration, 'signIn'>,
  { account: ref, client, address }: Session,
): Promise<{ account: Account; accepted: FactorKind[][] }> {
  const directory = directories.get(ref.directory);
  const account = await directory.readAccount(ref);
  if (account === null) throw new AppError('session.ended');
  const facts = await readRuleFacts(directory, rules, account);
  return { account, accepted: ownCombinations(rules, { goal: 'sign-in', client, address }, facts) };
}

function kindsOf({ proofs }: Session): FactorKind[] {
  return proofs.map(({ kind }) => kind);
}
