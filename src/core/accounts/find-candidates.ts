import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { DecoyReason } from '../audit/events.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Guard } from '../guard/guard.ts';
import type { Account, AccountRef, Directory } from '../ports/directory.ts';
import { accountKey, type Candidate, candidateOf } from './candidate.ts';

export interface FoundCandidates {
  /** Accounts whose owner may recover them now. Empty: the journey is a decoy. */
  candidates: Candidate[];
  /** Accounts that exist and may not, with the reason: for the audit log and for mail to their owner. */
  refused: { account: Account | null; reason: DecoyReason }[];
}

/**
 * Looks a name up in every directory and sorts what is found into accounts that can be recovered and reasons why not
 * (JRN-3, JRN-4, DIR-8). `accepted` are the combinations of proofs that count here. The order of the checks is fixed and every account gets all of them.
 * @throws AppError `directory.*` when a directory cannot be asked: nobody is told "unknown" because a server is down.
 */
export async function findCandidates(
  deps: Pick<CoreDeps, 'store' | 'directories'> & { guard: Guard },
  typedName: string,
  accepted: readonly (readonly FactorKind[])[],
): Promise<FoundCandidates> {
  const perDirectory = await Promise.all(deps.directories.all().map((directory) => findIn(directory, typedName)));
  const found = perDirectory.flat();
  const candidates: Candidate[] = [];
  const refused: FoundCandidates['refused'] = [];
  for (const { directory, account } of found) {
    const reason = await reasonAgainst(deps, directory, account, accepted);
    if (reason === null) candidates.push(candidateOf(account, directory.label));
    else refused.push({ account, reason });
  }
  if (found.length === 0) refused.push({ account: null, reason: 'unknown-account' });
  return { candidates, refused };
}

/** The spellings under which each directory knows the name: what the guard counts (DIR-9). Unknown names have them too. */
export function guardNames(directories: readonly Directory[], typedName: string): string[] {
  const names = directories.flatMap((directory) => {
    const normalised = directory.normaliseIdentifier(typedName);
    return normalised === null ? [] : [`${directory.id}|${normalised}`];
  });
  return names.length > 0 ? names : [`none|${typedName.normalize('NFC').trim().toLowerCase()}`];
}

async function findIn(directory: Directory, typedName: string): Promise<{ directory: Directory; account: Account }[]> {
  const normalised = directory.normaliseIdentifier(typedName);
  if (normalised === null) return [];
  return (await directory.findAccounts(normalised)).map((account) => ({ directory, account }));
}

async function reasonAgainst(
  deps: Pick<CoreDeps, 'store'> & { guard: Guard },
  directory: Directory,
  account: Account,
  accepted: readonly (readonly FactorKind[])[],
): Promise<DecoyReason | null> {
  const ref: AccountRef = { directory: account.directory, id: account.id };
  const [status, protection, factors, frozen, paused] = await Promise.all([
    directory.readStatus(ref),
    directory.isProtected(account),
    deps.store.factors.ofAccount(ref),
    deps.store.freezes.isFrozen(ref),
    deps.guard.isPaused([accountKey(ref)]),
  ]);
  if (protection.protected) return 'account-protected';
  if (status.disabled) return 'account-disabled';
  if (status.accountExpired) return 'account-expired';
  if (frozen) return 'recovery-frozen';
  if (paused) return 'paused';
  const enrolled = new Set<FactorKind>(factors.map((factor) => factor.kind));
  const canProve = accepted.some((combination) => combination.every((kind) => enrolled.has(kind)));
  return canProve ? null : 'not-enrolled';
}
