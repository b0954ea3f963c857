import type { PersonPermission } from '../../../shared/permissions.ts';
import { isDirectoryTrouble } from '../accounts/is-directory-trouble.ts';
import { readRuleFacts } from '../accounts/read-rule-facts.ts';
import type { CoreDeps, Directories } from '../core-deps.ts';
import type { Account, AccountRef, Directory } from '../ports/directory.ts';
import { fitsAccount, type Verdict } from '../proof/rules.ts';

type Deps = Pick<CoreDeps, 'store' | 'log' | 'configuration'> & { readonly directories: Pick<Directories, 'all'> };
type Rule = ReturnType<CoreDeps['configuration']>['helpdesk']['approvals'][number];

/**
 * What a second agent has to approve for the owner of an account: by a rule that one of their accounts meets, or of which it is not known
 * whether it does. Other accounts of the same person count as well: what proves the owner of one may prove the owner of the others.
 * @throws AppError `directory.*` of the account's own directory
 */
export async function actsWithSecond(
  deps: Deps,
  { directory, account }: { directory: Directory; account: Account },
): Promise<readonly PersonPermission[]> {
  const { approvals } = deps.configuration().helpdesk;
  // Stryker disable next-line ConditionalExpression: only saves a question to the database
  if (approvals.length === 0) return [];
  const [, ...others] = await deps.store.people.accountsOf(account);
  const verdicts = await Promise.all([fitting(directory, approvals, account), ...others.map((ref) => fittingOther(deps, approvals, ref))]);
  const met = approvals.filter((_, index) => verdicts.some((each) => each[index] !== false));
  return [...new Set(met.flatMap(({ acts }) => acts))];
}

async function fitting(directory: Directory, rules: readonly Rule[], account: Account): Promise<Verdict[]> {
  const facts = await readRuleFacts(directory, rules, account);
  return rules.map((rule) => fitsAccount(rule, facts));
}

/** An account that is gone meets none; one that cannot be asked about may meet any. */
async function fittingOther({ directories, log }: Deps, rules: readonly Rule[], ref: AccountRef): Promise<Verdict[]> {
  try {
    const directory = directories.all().find(({ id }) => id === ref.directory);
    // Stryker disable next-line ArrowFunction: whatever is not false is not known
    if (directory === undefined) return rules.map(() => null);
    const account = await directory.readAccount(ref);
    return account === null ? rules.map(() => false) : await fitting(directory, rules, account);
  } catch (error) {
    if (!isDirectoryTrouble(error)) throw error;
    log.warn('access.linked-not-known', { directory: ref.directory, account: ref.id, error });
    // Stryker disable next-line ArrowFunction: whatever is not false is not known
    return rules.map(() => null);
  }
}
