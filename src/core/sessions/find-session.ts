import { AppError, isAppError } from '../../../shared/errors.ts';
import type { Configuration } from '../configuration/document.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Act } from '../journey/act.ts';
import type { SessionRow } from '../ports/session-store.ts';
import { providerOf } from './provider-of.ts';
import { factsOf, type Session, sessionOf } from './session.ts';

/** A session that was used within this time is not noted again; milliseconds. */
const NOTED_FOR = 30_000;

type Deps = Pick<CoreDeps, 'store' | 'keys' | 'clock' | 'configuration'> & { readonly act: Act };

/**
 * The session that a request belongs to: the first open one of its tokens, as a browser may send several cookies of our name. That it was
 * used is noted without waiting for the disk: losing that to a power cut ends a session earlier, never later. Nor is anybody kept from
 * looking by a database that takes no writes.
 * @param unattended a page asks by itself: nobody is there by that, and it is not noted
 * @throws AppError `session.missing` without a token that was ever given, `session.ended`
 */
export async function findSession(deps: Deps, tokens: readonly string[], { unattended = false } = {}): Promise<Session> {
  let problem: 'session.missing' | 'session.ended' = 'session.missing';
  const now = deps.act.at;
  for (const token of tokens) {
    const row = await deps.store.sessions.findByToken(deps.keys.digest('session-token', token));
    if (row === null) continue;
    if (isOver(row, deps.configuration().signIn, now)) {
      problem = 'session.ended';
      continue;
    }
    if (!unattended && now - row.seenAt > NOTED_FOR) await deps.store.sessions.touch(row.id, now).catch(unlessUnavailable);
    return sessionOf(row);
  }
  throw new AppError(problem);
}

/** For a note that may be missing: the database takes no writes at the moment, and whoever wants to change something will hear of it. */
export function unlessUnavailable(error: unknown): void {
  if (!isAppError(error, 'store.unavailable')) throw error;
}

/**
 * Whether a session lets nobody in any more: where signing in is switched off, none does but that of an administrator for the emergency;
 * and where a provider says no more who people are, none that came of it, which it could not end any more either.
 */
export function isOver(
  row: Pick<SessionRow, 'endedAt' | 'endsAt' | 'seenAt' | 'rights' | 'facts'>,
  { enabled, idleMinutes, openIdConnect }: Configuration['signIn'],
  now: number,
): boolean {
  if (row.endedAt !== null || row.endsAt <= now || row.seenAt + idleMinutes * 60_000 <= now) return true;
  if (row.rights === 'emergency') return false;
  const { provider } = factsOf(row);
  const isLeft = provider !== undefined && (openIdConnect === undefined || provider !== providerOf(openIdConnect));
  return !enabled || isLeft;
}
