import { accountKey } from '../accounts/candidate.ts';
import type { CoreDeps } from '../core-deps.ts';
import { withContacts } from '../enrolment/factors-of.ts';
import type { Account, AccountRef } from '../ports/directory.ts';
import type { PersonAccount, PersonRecord } from '../ports/people-store.ts';
import type { FactorRow } from '../ports/store.ts';

/** Where a proof comes from that a link between two accounts brings. */
export const FROM_LINK = 'link';

/**
 * The other accounts of a person, each as a proof of this one: its password is one (`factors/linked-account-factor.ts`). They have no row
 * in the database. The id is a keyed digest of the other account, the same whomever it proves. Whether an account may be used for it its
 * directory tells when it is asked for.
 */
export async function linkedProofs(deps: Pick<CoreDeps, 'store' | 'keys'>, account: AccountRef): Promise<FactorRow[]> {
  return proofsOfLinks(deps, await deps.store.people.linkedTo({ directory: account.directory, id: account.id }));
}

/** The same for who has read the links. */
export function proofsOfLinks(deps: Pick<CoreDeps, 'keys'>, linked: readonly PersonAccount[]): FactorRow[] {
  return linked.map(({ directory, accountId, linkedAt, countsFrom }) => ({
    id: linkedProofId(deps, { directory, id: accountId }),
    directory,
    accountId,
    kind: 'linked-account',
    label: `${directory}/${accountId}`,
    secret: '',
    source: FROM_LINK,
    createdAt: linkedAt,
    endedAt: null,
    lastUsedAt: null,
    lastTimeStep: null,
    driftSteps: 0,
    failures: 0,
    suspendedAt: null,
    credential: null,
    rpId: null,
    signCount: 0,
    countsFrom,
    seenAt: null,
  }));
}

/** Of those the ones that count now. */
export function countingLinks(deps: Pick<CoreDeps, 'keys' | 'clock'>, linked: readonly PersonAccount[]): FactorRow[] {
  const now = deps.clock.now();
  return proofsOfLinks(
    deps,
    linked.filter(({ countsFrom }) => countsFrom <= now),
  );
}

/** Everything that the owner of an account can give: what is theirs, and the passwords of their other accounts. */
export async function everyProofOf(
  deps: Pick<CoreDeps, 'store' | 'keys'>,
  account: Pick<Account, 'directory' | 'id' | 'contacts'>,
): Promise<FactorRow[]> {
  return everyProofIn(deps, account, await deps.store.people.recordOf({ directory: account.directory, id: account.id }));
}

/** The same for who has read what is recorded. */
export function everyProofIn(
  deps: Pick<CoreDeps, 'keys'>,
  account: Pick<Account, 'directory' | 'id' | 'contacts'>,
  { factors, linked }: PersonRecord,
): FactorRow[] {
  return [...withContacts(deps, account, factors), ...proofsOfLinks(deps, linked)];
}

/** What names the password of an account as a proof of others. */
export function linkedProofId({ keys }: Pick<CoreDeps, 'keys'>, account: AccountRef): string {
  return `${FROM_LINK}.${keys.digest('linked-account', accountKey(account))}`;
}
