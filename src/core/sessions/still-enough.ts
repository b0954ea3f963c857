import { AppError } from '../../../shared/errors.ts';
import { readRuleFacts } from '../accounts/read-rule-facts.ts';
import type { ActDeps } from '../journey/act.ts';
import { isProofComplete } from '../proof/completeness.ts';
import { ownCombinations } from '../proof/rules.ts';
import { threatNow } from '../threat/raised-since.ts';
import { endOne } from './end-sessions.ts';
import type { WantedProof } from './freshness.ts';
import type { Session } from './session.ts';

/**
 * For who acts by a role, or adds a proof of their own: while a threat is raised the proofs of their session have to be enough to sign in by what counts now. A session
 * that rests on less ends: it may be the one that the threat is about.
 * @throws AppError `session.ended`, and `directory.*`: what a rule asks of the account is not known then
 */
export async function requireEnoughStill(deps: ActDeps, session: Session): Promise<void> {
  if ((await threatNow(deps.store)) === null) return;
  const { rules } = deps.configuration().signIn;
  const directory = deps.directories.get(session.account.directory);
  const account = await directory.readAccount(session.account);
  if (account === null) throw new AppError('session.ended');
  const facts = await readRuleFacts(directory, rules, account);
  const situation = { goal: 'sign-in', client: session.client, address: session.address } as const;
  const kinds = session.proofs.map(({ kind }) => kind);
  if (isProofComplete(ownCombinations(rules, situation, facts), kinds)) return;
  await endOne(deps, session, session.id, 'threat-raised');
  throw new AppError('session.ended');
}

/** What is wanted of somebody who acts for others, without the combinations that have a kind which does not count while a threat is raised. */
export async function countingNow(deps: Pick<ActDeps, 'store' | 'configuration'>, wanted: WantedProof): Promise<WantedProof> {
  if ((await threatNow(deps.store)) === null) return wanted;
  const without = deps.configuration().threat.withoutKinds;
  return { ...wanted, anyOf: wanted.anyOf.filter((kinds) => !kinds.some((kind) => without.some((each) => each === kind))) };
}
