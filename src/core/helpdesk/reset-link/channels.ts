import type { CoreDeps } from '../../core-deps.ts';
import { factorsThatCount } from '../../enrolment/factors-of.ts';
import type { Account } from '../../ports/directory.ts';
import type { FactorRow } from '../../ports/store.ts';

/**
 * The mailboxes of somebody that a link may be sent to: what counts as theirs now, so none that waits for its cool-down, and none that is
 * known to open with the password that was forgotten. Where the caller says to send it makes no difference to them.
 * @throws AppError `directory.*`
 */
export async function linkChannels(
  deps: Pick<CoreDeps, 'store' | 'keys' | 'clock' | 'configuration'>,
  account: Pick<Account, 'directory' | 'id' | 'contacts'>,
): Promise<FactorRow[]> {
  const factors = await factorsThatCount(deps, account);
  const { directories } = deps.configuration();
  const shut = new Set(directories.flatMap(({ contacts }) => contacts.email?.exceptDomains ?? []).map((domain) => domain.toLowerCase()));
  return factors.filter(({ kind, secret }) => kind === 'email' && !shut.has(domainOf(secret)));
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
