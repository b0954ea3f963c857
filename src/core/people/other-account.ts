import { accountLabel } from '../accounts/candidate.ts';
import { reasonToBar } from '../accounts/judge-account.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountRef } from '../ports/directory.ts';
import { isOwnPassword } from './own-password.ts';

const HOUR = 3_600_000;

type Deps = Pick<CoreDeps, 'store' | 'clock' | 'configuration' | 'directories'>;

/**
 * Another account of a person, as it is told to them, where its password may prove who they are: it is neither protected nor closed nor
 * frozen, nobody has reset it lately through Keyturn, and as far as its directory tells nobody has past it (`isOwnPassword`).
 * @returns null: its password proves nothing
 * @throws AppError `directory.*`, `configuration.*` where its directory cannot tell
 */
export async function findUsableOther(deps: Deps, ref: AccountRef): Promise<{ id: AccountRef; label: string } | null> {
  const directory = deps.directories.all().find(({ id }) => id === ref.directory);
  const account = (await directory?.readAccount(ref)) ?? null;
  if (directory === undefined || account === null) return null;
  const [{ status, protection }, frozen, isNew] = await Promise.all([
    directory.readStanding(account),
    deps.store.freezes.isFrozen(ref),
    wasResetLately(deps, ref),
  ]);
  if (isNew || reasonToBar(directory, status, protection, frozen) !== null) return null;
  if (!(await isOwnPassword(deps, ref, status.passwordSetAt))) return null;
  return { id: { directory: account.directory, id: account.id }, label: accountLabel(account, directory.label) };
}

/** Whether somebody has set its password anew through Keyturn within `factors.coolDownHours`, or does so now. */
export function wasResetLately({ store, clock, configuration }: Deps, ref: AccountRef): Promise<boolean> {
  return store.intents.wasReset(ref, clock.now() - configuration().factors.coolDownHours * HOUR);
}
