import type { CoreDeps } from '../core-deps.ts';
import type { Act } from '../journey/act.ts';
import { isOver } from './find-session.ts';
import { type Session, sessionOf } from './session.ts';

/** The open sessions of the account of a session, newest first. */
export async function listSessions(
  deps: Pick<CoreDeps, 'store' | 'configuration'> & { readonly act: Act },
  { account }: Pick<Session, 'account'>,
): Promise<Session[]> {
  const { idleMinutes } = deps.configuration().signIn;
  const rows = await deps.store.sessions.ofAccount(account, deps.act.at);
  return rows.filter((row) => !isOver(row, idleMinutes, deps.act.at)).map(sessionOf);
}
