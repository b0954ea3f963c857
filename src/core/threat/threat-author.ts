import { accountKey } from '../accounts/candidate.ts';
import type { Actor } from '../audit/events.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Session } from '../sessions/session.ts';
import type { ThreatAuthor } from './threat.ts';

/** Who is signed in: two accounts of one person are not two people. */
export async function threatAuthor(deps: ActDeps, session: Session, actor: Actor): Promise<ThreatAuthor> {
  const { account, login } = session;
  const linked = await deps.store.people.linkedTo(account);
  const keys = [accountKey(account), ...linked.map(({ directory, accountId: id }) => accountKey({ directory, id }))];
  return { name: login, keys, actor, stillMay: (store) => requireOpen(deps, store, session) };
}

/** Who gives commands on the console, as the machine calls them. */
export function consoleAuthor(name: string): ThreatAuthor {
  return { name, keys: [`console:${name}`], actor: { kind: 'operator', client: 'cli' } };
}
