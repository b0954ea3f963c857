import { describeTime } from '../../core/health/describe-time.ts';
import type { PersonAccount } from '../../core/ports/people-store.ts';
import type { FoundAccount } from '../find-account.ts';
import type { Runtime } from '../runtime.ts';

/** An account that is linked to another one, as it is shown. */
export interface LinkedAccount extends PersonAccount {
  /** The sign-in name; null: its directory does not say, or is configured no more. */
  readonly login: string | null;
}

/** The accounts that are linked to one. A directory that does not answer hides none of them. */
export async function linkedAccounts(runtime: Runtime, { account }: FoundAccount): Promise<LinkedAccount[]> {
  const linked = await runtime.store.people.linkedTo({ directory: account.directory, id: account.id });
  return Promise.all(
    linked.map(async (each) => {
      const directory = runtime.directories.find(({ id }) => id === each.directory);
      const found = await directory?.readAccount({ directory: each.directory, id: each.accountId }).catch(() => null);
      return { ...each, login: found?.login ?? null };
    }),
  );
}

export function describeLinked({ login, directory, accountId, linkedAt, countsFrom }: LinkedAccount, now: number): string {
  const name = login === null ? `${directory}/${accountId} (its directory does not tell the name)` : `${login} (${directory})`;
  const counts = countsFrom > now ? `, counts from ${describeTime(countsFrom)}` : '';
  return `${name}, linked ${describeTime(linkedAt)}${counts}`;
}

export function presentLinked({ id, login, directory, accountId, linkedAt, countsFrom }: LinkedAccount): object {
  const time = (milliseconds: number) => new Date(milliseconds).toISOString();
  return { id, account: login, directory, accountId, linkedAt: time(linkedAt), countsFrom: time(countsFrom) };
}
