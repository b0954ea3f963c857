import { AppError } from '../../../shared/errors.ts';
import { readOpenAccount } from '../accounts/read-open-account.ts';
import type { ActDeps } from '../journey/act.ts';
import { endAllSessions } from './end-sessions.ts';
import type { Session } from './session.ts';

/**
 * For who changes what proves them: an account that was closed or protected since they signed in, or is gone, is theirs to change no more,
 * and all of its sessions end. Who is disabled today may be let in again one day, and whoever held their session must not be.
 * @throws AppError `session.ended`, `directory.*` where it is not told how the account stands
 */
export async function requireAccountOpen(deps: ActDeps, { account }: Session): Promise<void> {
  if ((await readOpenAccount(deps, account)) !== null) return;
  const end = { because: 'account-closed', actor: { kind: 'system' } } as const;
  await deps.store.transaction((store) => endAllSessions(deps, store, account, end));
  throw new AppError('session.ended');
}
