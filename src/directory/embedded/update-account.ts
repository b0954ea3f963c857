import { AppError } from '../../../shared/errors.ts';
import type { EmbeddedAccountRow, EmbeddedStore } from '../../core/ports/embedded-store.ts';

/** Lost races before giving up. Each needs another write within the few hundred microseconds between read and update. */
const attempts = 50;

/**
 * Writes an account by compare-and-set. `change` gets the row as it now is and returns the next one, or null to write
 * nothing; it is called again after every lost race, so it must be quick and decide on the row it is given alone.
 *
 * @param mayBegin asked before each try to write; throws when it is too late for it (write-deadline.ts)
 * @returns the row that was written, or null when `change` said so
 * @throws AppError `directory.account-missing`; `directory.unreachable` when other writers were quicker every time, and what `mayBegin` throws
 */
export async function updateAccount(
  accounts: EmbeddedStore,
  directory: string,
  id: string,
  change: (row: EmbeddedAccountRow) => EmbeddedAccountRow | null,
  mayBegin: () => void = () => {},
): Promise<EmbeddedAccountRow | null> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const row = await accounts.find(directory, id);
    if (row === null) throw new AppError('directory.account-missing', { directory, id });
    const next = change(row);
    if (next === null) return null;
    mayBegin();
    if (await accounts.update(next)) return next;
  }
  throw new AppError('directory.unreachable', { directory, reason: 'contention' });
}
