import type { DecoyReason } from '../audit/events.ts';
import type { CoreDeps } from '../core-deps.ts';
import { USUAL_NUMBER } from '../factors/kinds.ts';
import type { Account, Directory } from '../ports/directory.ts';
import { kindsHad } from '../proof/first-sign-in.ts';
import { type Candidate, candidateOf } from './candidate.ts';
import { findEverywhere } from './find-everywhere.ts';
import { guardKey } from './guard-key.ts';
import { type Asked, judgeAccount } from './judge-account.ts';
import { lookWhereNobodyIs } from './look-as-if-found.ts';

export interface FoundCandidates {
  /** Accounts whose owner may recover them now. Empty: the journey is a decoy. */
  candidates: Candidate[];
  /** Accounts that exist and may not, with the reason: for the audit log and for mail to their owner. */
  refused: { account: Account | null; reason: DecoyReason }[];
}

/**
 * Looks a name up in every directory and sorts what is found into accounts that can be recovered and reasons why not
 * (JRN-3, JRN-4, DIR-8). `asked` is what for and from where, and the rules of proof. The order of the checks is fixed and
 * every account gets all of them.
 * @throws AppError `directory.*` or `configuration.invalid` when no directory can be asked for the name
 */
export async function findCandidates(
  deps: Pick<CoreDeps, 'store' | 'keys' | 'directories' | 'log' | 'clock'>,
  typedName: string,
  asked: Asked,
): Promise<FoundCandidates> {
  const { found, unanswered } = await findEverywhere(deps, typedName);
  await lookWhereNobodyIs(deps, found, typedName, asked.rules);
  const candidates: Candidate[] = [];
  const refused: FoundCandidates['refused'] = [];
  for (const { directory, account } of found) {
    const { reason, facts, factors } = await judgeAccount(deps, directory, account, { ...asked, opensAtLeast: USUAL_NUMBER });
    const has = kindsHad(asked.goal, factors);
    if (reason === null) candidates.push(candidateOf(account, directory.label, { facts, has }));
    else refused.push({ account, reason });
  }
  if (found.length === 0) refused.push({ account: null, reason: unanswered ? 'directory-trouble' : 'unknown-account' });
  return { candidates, refused };
}

/** What the guard counts a name under (DIR-9): coarser than any directory compares. Unknown names have it too. */
export function guardNames(directories: readonly Directory[], typedName: string): string[] {
  const names = directories.flatMap((directory) => {
    const normalised = directory.normaliseIdentifier(typedName);
    return normalised === null ? [] : [`${directory.id}|${guardKey(normalised)}`];
  });
  return names.length > 0 ? names : [`none|${guardKey(typedName)}`];
}
