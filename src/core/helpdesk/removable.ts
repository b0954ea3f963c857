import { AppError } from '../../../shared/errors.ts';
import type { RemovableKind } from '../../../shared/removable-kinds.ts';
import { requireMay } from '../access/helped.ts';
import { accountKey } from '../accounts/candidate.ts';
import { ownedFactors } from '../enrolment/factors-of.ts';
import { ownerOf } from '../factors/owner-of.ts';
import type { ActDeps } from '../journey/act.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { FactorRow } from '../ports/store.ts';
import type { Session } from '../sessions/session.ts';
import type { HelpCase } from './help-case.ts';

/**
 * That somebody has something enrolled of each of these kinds, and that who asks may remove it wherever it was enrolled: what stands with a
 * linked account proves the owner of that one too, and is out of reach of a role that is not over it.
 * @returns the accounts with which it was enrolled, as keys
 * @throws AppError `case.nothing-to-remove`, and as `requireMay` for each of the accounts
 */
export async function requireRemovable(
  deps: ActDeps,
  session: Session,
  account: AccountRef,
  kinds: readonly RemovableKind[],
): Promise<ReadonlySet<string>> {
  const meant = await meantBy(deps, account, kinds);
  const missing = kinds.filter((kind) => !meant.some((row) => row.kind === kind));
  if (missing.length > 0) throw new AppError('case.nothing-to-remove', { kinds: missing });
  const owners = ownersOf(meant);
  for (const [key, owner] of owners) if (key !== accountKey(account)) await requireMay(deps, session, 'remove-proofs', owner);
  return new Set(owners.keys());
}

/** The accounts besides that of a case with which stands what it removes: whoever has a say in it has to be allowed it there as well. */
export async function otherOwners(deps: Pick<ActDeps, 'store' | 'clock'>, { account, facts }: HelpCase): Promise<AccountRef[]> {
  const { kinds } = facts;
  if (kinds === undefined) return [];
  const owners = ownersOf(await meantBy(deps, account, kinds));
  return [...owners].flatMap(([key, owner]) => (key === accountKey(account) ? [] : [owner]));
}

async function meantBy({ store, clock }: Pick<ActDeps, 'store' | 'clock'>, account: AccountRef, kinds: readonly RemovableKind[]) {
  return (await ownedFactors(store, account, clock.now())).filter(({ kind }) => kinds.some((each) => each === kind));
}

function ownersOf(rows: readonly FactorRow[]): ReadonlyMap<string, AccountRef> {
  return new Map(rows.map(ownerOf).map((ref) => [accountKey(ref), ref]));
}
