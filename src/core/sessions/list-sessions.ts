import type { CoreDeps } from '../core-deps.ts';
import type { Act } from '../journey/act.ts';
import { isOver } from './find-session.ts';
import { type Session, sessionOf } from './session.ts';

/** The open sessions of the account of a session, newest first. */
export async function listSessions(
  deps: Pick<CoreDeps, 'store' | 'configuration'> & { readonly act: Act },
  { account }: Pick<Session, 'account'>,
): Promise<Session[]> {
  const { signIn } = deps.configuration();
  const rows = await deps.store.sessions.ofAccount(account, deps.act.at);
  return rows.filter((row) => !isOver(row, signIn, deps.act.at)).map(sessionOf);
}
