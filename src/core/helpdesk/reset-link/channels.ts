import type { ResetWay } from '../../../../shared/permissions.ts';
import type { CoreDeps } from '../../core-deps.ts';
import { factorsThatCount } from '../../enrolment/factors-of.ts';
import type { Account } from '../../ports/directory.ts';
import type { FactorRow } from '../../ports/store.ts';

type Deps = Pick<CoreDeps, 'store' | 'keys' | 'clock' | 'configuration'>;
type Owner = Pick<Account, 'directory' | 'id' | 'contacts'>;

/**
 * The mailboxes and numbers of somebody that a link may be sent to in these ways: what counts as theirs now, so none that waits for its
 * cool-down, and no mailbox that is known to open with the password that was forgotten. Where the caller says to send it makes no difference
 * to them.
 * @throws AppError `directory.*`
 */
export async function linkChannels(deps: Deps, account: Owner, ways: readonly ResetWay[]): Promise<FactorRow[]> {
  const { directories, sms } = deps.configuration();
  const shut = new Set(directories.flatMap(({ contacts }) => contacts.email?.exceptDomains ?? []).map((domain) => domain.toLowerCase()));
  return (await factorsThatCount(deps, account)).filter(({ kind, secret }) => {
    if (kind === 'email') return ways.includes('link') && !shut.has(domainOf(secret));
    return kind === 'sms' && sms !== undefined && ways.includes('link-by-text');
  });
}

/** The numbers of somebody that a temporary password may be sent to, as above. @throws AppError `directory.*` */
export async function passwordChannels(deps: Deps, account: Owner, ways: readonly ResetWay[]): Promise<FactorRow[]> {
  if (deps.configuration().sms === undefined || !ways.includes('sent-by-text')) return [];
  return (await factorsThatCount(deps, account)).filter(({ kind }) => kind === 'sms');
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
