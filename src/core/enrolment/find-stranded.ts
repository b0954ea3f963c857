import { type AccountVerdict, type Asked, judgeAccount } from '../accounts/judge-account.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Account, Directory } from '../ports/directory.ts';

/** So many people are judged side by side: each is some round trips, and the directory serves others besides. */
const SIDE_BY_SIDE = 8;

/** How far a search for stranded people is. */
export interface StrandedReport {
  /** People who were looked at. */
  looked: number;
  /** Those of them who could not recover. */
  stranded: number;
}

export interface StrandedOptions {
  /** Called for each who could not recover, in the order of the directory. */
  onStranded(account: Account, verdict: AccountVerdict): Promise<void>;
  /** Called after each portion of people. */
  onProgress(report: Readonly<StrandedReport>): void;
}

/**
 * Looks for everybody in a directory who could not recover their account now, judged as a recovery judges them. Holds no more than one
 * page of people at a time.
 * @throws AppError `directory.*` or `store.*` when a server does not answer any more: what was told until then is so, and not all
 */
export async function findStranded(
  deps: Pick<CoreDeps, 'store' | 'keys' | 'log' | 'clock'>,
  directory: Directory,
  asked: Asked,
  { onStranded, onProgress }: StrandedOptions,
): Promise<StrandedReport> {
  const report: StrandedReport = { looked: 0, stranded: 0 };
  await directory.forEachPerson(async (accounts) => {
    for (let from = 0; from < accounts.length; from += SIDE_BY_SIDE) {
      const some = accounts.slice(from, from + SIDE_BY_SIDE);
      const verdicts = await Promise.all(some.map((account) => judgeAccount(deps, directory, account, asked)));
      for (const [index, account] of some.entries()) {
        const verdict = verdicts[index];
        report.looked += 1;
        if (verdict === undefined || verdict.reason === null) continue;
        report.stranded += 1;
        await onStranded(account, verdict);
      }
      onProgress(report);
    }
  });
  return report;
}
