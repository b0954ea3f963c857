import { AppError } from '../../../shared/errors.ts';
import { accountKey, accountLabel } from '../accounts/candidate.ts';
import { askTogether } from '../journey/accounts-question.ts';
import type { ActDeps } from '../journey/act.ts';
import { organisationRules } from '../password-policy/organisation-rules.ts';
import { rulesOf } from '../password-policy/rules-of.ts';
import type { AccountFacts, AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';

/** What stands for the account of the session itself, beside the ids of links. */
export const OWN = 'own';

/** An account of who is signed in: their own, or one that is linked to it. */
export interface OwnAccount {
  readonly id: string;
  readonly ref: AccountRef;
}

/**
 * The accounts that these ids stand for, each once. A link that waits stands for none.
 * @throws AppError `people.not-linked`
 */
export async function ownAccounts(store: Store, { account }: Session, ids: readonly string[], now: number): Promise<OwnAccount[]> {
  // Stryker disable next-line ArrowFunction,ConditionalExpression: only saves a question to the database
  const isOwnAlone = ids.every((id) => id === OWN);
  // Stryker disable next-line ArrayDeclaration,ConditionalExpression: as above; what has no id is nobody's
  const linked = isOwnAlone ? [] : (await store.people.linkedTo(account)).filter(({ countsFrom }) => countsFrom <= now);
  return [...new Set(ids)].map((id) => {
    const link = linked.find((each) => each.id === id);
    if (id === OWN) return { id, ref: account };
    if (link === undefined) throw new AppError('people.not-linked');
    return { id, ref: { directory: link.directory, id: link.accountId } };
  });
}

export interface OwnFacts extends OwnAccount, AccountFacts {
  /** Sign-in name and directory. */
  readonly label: string;
}

/** What one account is and asks for now. @throws AppError `directory.*` */
export async function readOwn({ directories }: ActDeps, own: OwnAccount): Promise<OwnFacts> {
  const directory = directories.get(own.ref.directory);
  const facts = await directory.readFacts(own.ref);
  return { ...facts, ...own, label: accountLabel(facts.account, directory.label) };
}

/** What one new password of all of these accounts must meet. */
export function rulesForAll(deps: ActDeps, accounts: readonly OwnFacts[]): ReturnType<typeof askTogether>['rules'] {
  const { passwordRules } = deps.configuration();
  const each = accounts.map(({ ref, account, policy, status }) => {
    const directory = deps.directories.get(ref.directory).label;
    const rules = [...rulesOf(policy, account, status, deps.act.at), ...organisationRules(passwordRules, account)];
    // Stryker disable next-line BooleanLiteral: no rule goes by it
    return [accountKey(ref), { directory, rules, maybeLocked: false, changeableAt: status.changeableAt }] as const;
  });
  return askTogether(Object.fromEntries(each)).rules;
}
