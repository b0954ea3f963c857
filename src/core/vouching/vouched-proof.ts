import { isAppError } from '../../../shared/errors.ts';
import type { Configuration } from '../configuration/document.ts';
import type { CoreDeps } from '../core-deps.ts';
import { managerProof } from '../enrolment/factors-of.ts';
import type { Account, Directory } from '../ports/directory.ts';
import type { FactorRow } from '../ports/store.ts';
import { combinationsOf } from '../proof/rules.ts';
import { canBeVouchedFor } from './approvers.ts';

/** Whether any rule takes managers. */
export function takesManagers({ recovery }: Pick<Configuration, 'recovery'>): boolean {
  return recovery.rules.some((rule) => combinationsOf(rule).some((kinds) => kinds.includes('manager')));
}

/**
 * That somebody could vouch for the owner of an account, as a proof among the others; none where no rule takes it, and where the directory
 * does not tell. Asks the directory, and so never within a transaction.
 */
export async function vouchedProof(
  { store, log }: Pick<CoreDeps, 'store' | 'log'>,
  configuration: Configuration,
  directory: Directory,
  account: Account,
): Promise<FactorRow[]> {
  if (!takesManagers(configuration)) return [];
  try {
    const deps = { store, configuration: () => configuration, directories: { get: () => directory } };
    return (await canBeVouchedFor(deps, account)) ? [managerProof(account)] : [];
  } catch (error) {
    if (!isAppError(error) || !error.code.startsWith('directory.')) throw error;
    log.warn('vouch.manager-not-known', { directory: account.directory, account: account.id, error });
    return [];
  }
}
