import type { FactorKind } from '../../../shared/api/journeys.ts';
import { fold } from '../access/can.ts';
import { reasonToBar } from '../accounts/judge-account.ts';
import { readRuleFacts } from '../accounts/read-rule-facts.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Account, Directory } from '../ports/directory.ts';
import { isProofComplete } from '../proof/completeness.ts';
import { ownCombinations } from '../proof/rules.ts';

/** Why somebody whom the provider has let in is not signed in. */
export type ProviderRefusal =
  | 'no-name'
  | 'no-account'
  | 'several-accounts'
  | 'proofs-not-mapped'
  | 'proofs-not-enough'
  | 'too-long-ago'
  | 'other-account'
  | 'proven-before-change'
  | 'used-already'
  | 'signed-out-there'
  | 'not-told'
  | NonNullable<ReturnType<typeof reasonToBar>>;

/**
 * The one account whose sign-in name the provider says. Another identifier of an account, such as an address that its owner may change,
 * names nobody.
 * @throws AppError `directory.*`
 */
export async function findProviderAccount(
  directory: Directory,
  name: string | null,
): Promise<{ account: Account } | { refused: ProviderRefusal }> {
  const typed = name === null ? null : directory.normaliseIdentifier(name);
  if (name === null || typed === null) return { refused: 'no-name' };
  const found = (await directory.findAccounts(typed)).filter(({ login, principalName }) =>
    [login, principalName].some((own) => own !== null && own !== undefined && fold(own) === fold(name)),
  );
  const [account] = found;
  if (account === undefined) return { refused: 'no-account' };
  return found.length > 1 ? { refused: 'several-accounts' } : { account };
}

/**
 * Why an account may not be signed in with these proofs; null: it may. Whoever is disabled, protected or frozen is not, and the rules of
 * signing in hold as they do for who proves it here.
 * @throws AppError `directory.*`, also where the directory hides what it should tell
 */
export async function judgeProviderAccount(
  deps: ActDeps,
  directory: Directory,
  account: Account,
  kinds: readonly FactorKind[],
): Promise<ProviderRefusal | null> {
  const { rules } = deps.configuration().signIn;
  const [{ status, protection }, frozen, facts] = await Promise.all([
    directory.readStanding(account),
    deps.store.freezes.isFrozen(account),
    readRuleFacts(directory, rules, account),
  ]);
  const barred = reasonToBar(directory, status, protection, frozen);
  if (barred !== null) return barred;
  const situation = { goal: 'sign-in', client: 'web', address: deps.act.address } as const;
  return isProofComplete(ownCombinations(rules, situation, facts), kinds) ? null : 'proofs-not-enough';
}
