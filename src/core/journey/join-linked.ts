import type { FactorKind } from '../../../shared/api/journeys.ts';
import { accountKey, type Candidate, candidateOf } from '../accounts/candidate.ts';
import { isDirectoryTrouble } from '../accounts/is-directory-trouble.ts';
import { judgeAccount } from '../accounts/judge-account.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { linkedProofId } from '../people/linked-proofs.ts';
import type { AccountRef } from '../ports/directory.ts';
import { rulesFor } from '../proof/rules-for.ts';
import type { ActDeps } from './act.ts';
import { JOURNEY_GOALS } from './goals/goals.ts';
import type { JourneyState } from './journey-state.ts';
import { completeAmong, situationOf } from './what-counts.ts';

/**
 * Other accounts of the person that can be done in the same journey, once its proof is complete: those for which the very same proofs are
 * enough, by their own rule and judged as if they had been named. None whose password was one of the proofs. A directory that cannot be
 * asked keeps its account out of it.
 */
export async function linkedToJoin(deps: ActDeps, state: JourneyState): Promise<Candidate[]> {
  // The agent and the caller spoke of one account.
  if (state.byLink !== undefined) return [];
  const goal = JOURNEY_GOALS[state.goal];
  if (!goal.asksForProof || goal.oneAccount === true || state.client.kind === 'windows-logon' || state.selected.length > 0) return [];
  const known = new Set((state.candidates ?? []).map(({ ref }) => accountKey(ref)));
  // Whose account was linked to another one when they were looked up has that one's password among their proofs.
  const withOthers = (state.candidates ?? []).filter(({ has }) => has.includes('linked-account'));
  const linked = await Promise.all(withOthers.map(({ ref }) => linkedThatCount(deps, ref)));
  const others = new Map(linked.flat().map((ref) => [accountKey(ref), ref]));
  const joining = [...others.values()].filter((ref) => !known.has(accountKey(ref)) && !isShown(deps, state, ref));
  const judged = await Promise.all(joining.map((ref) => candidateToJoin(deps, state, ref)));
  return judged.filter((candidate) => candidate !== null);
}

async function linkedThatCount({ store, act }: ActDeps, account: AccountRef): Promise<AccountRef[]> {
  const linked = await store.people.linkedTo(account);
  return linked.filter(({ countsFrom }) => countsFrom <= act.at).map(({ directory, accountId: id }) => ({ directory, id }));
}

function isShown(deps: ActDeps, { shown }: JourneyState, ref: AccountRef): boolean {
  return shown?.['linked-account']?.some(({ id }) => id === linkedProofId(deps, ref)) === true;
}

async function candidateToJoin(deps: ActDeps, state: JourneyState, ref: AccountRef): Promise<Candidate | null> {
  const directory = deps.directories.all().find(({ id }) => id === ref.directory);
  if (directory === undefined) return null;
  const account = await directory.readAccount(ref).catch((error: unknown) => {
    if (!isDirectoryTrouble(error)) throw error;
    deps.log.error('journey.directory-not-answering', { directory: ref.directory, error });
    return null;
  });
  if (account === null) return null;
  // Who vouched did so for the account that was named.
  const canBeVouchedFor = () => Promise.resolve(false);
  const asked = { ...situationOf(state), rules: rulesFor(deps.configuration(), state.goal), canBeVouchedFor };
  const { reason, facts, factors } = await judgeAccount(deps, directory, account, asked);
  if (reason !== null) return null;
  const candidate: Candidate = {
    ...candidateOf(account, directory.label, { facts, has: [...new Set(factors.map(({ kind }) => kind))] }),
    linked: true,
  };
  const own = new Set((await linkedThatCount(deps, ref)).map(accountKey));
  // Each proof must be one of this account as well: an address of another directory, or a pass for another account, is none.
  const isOwn = (kind: FactorKind) =>
    state.shown?.[kind]?.some(
      ({ id, owner }) => factors.some((row) => row.id === id) || (FACTOR_TRAITS[kind].usedUp === true && owner !== null && own.has(owner)),
    ) === true;
  const proven = state.proven.filter(isOwn);
  return completeAmong(deps, { ...state, proven }, [candidate]).length > 0 ? candidate : null;
}
