import { AppError } from '../../shared/errors.ts';
import type { Asked } from '../core/accounts/judge-account.ts';
import type { Configuration } from '../core/configuration/document.ts';
import { canBeVouchedFor } from '../core/vouching/approvers.ts';
import type { Runtime } from './runtime.ts';

/** Whether somebody could vouch for an account, for an operator who asks what its owner can do. */
export function vouchedFor(runtime: Pick<Runtime, 'store' | 'directories'>, configuration: Configuration): Asked['canBeVouchedFor'] {
  const get = (id: string) => {
    const directory = runtime.directories.find((each) => each.id === id);
    if (directory === undefined) throw new AppError('directory.not-configured', { directory: id });
    return directory;
  };
  const deps = { store: runtime.store, directories: { get }, configuration: () => configuration };
  return (account) => canBeVouchedFor(deps, account);
}
