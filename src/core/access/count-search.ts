import type { Actor } from '../audit/events.ts';
import type { ActDeps } from '../journey/act.ts';
import { slowDown } from '../journey/start-journey.ts';

/** Who searches for people: by what they are told from others, in whichever session, and as the audit log has them. */
export interface Searcher {
  readonly agent: string;
  /** Absent: a program with its token. */
  readonly session?: string;
  readonly actor: Actor;
  /** Each directory counts by itself, as a page that shows several asks each; empty for all of them. */
  readonly where: string;
}

/**
 * Counts a search for people before anybody is looked for, so that whoever has stolen a session does not copy a directory page by page, nor
 * try names out. The first refusal is in the audit log.
 * @throws AppError `people.searched-too-often`
 */
export async function countSearch(deps: Pick<ActDeps, 'guard' | 'act'>, { agent, session, actor, where }: Searcher): Promise<void> {
  const inSession = session === undefined ? {} : { session };
  const decision = await deps.guard.countSearch({ agent, where, ...inSession }, (limit) => ({
    ...{ type: 'people.searched-too-often', ...inSession, actor, limit },
  }));
  if (!decision.allowed) throw slowDown(deps.act, decision.retryAt, 'people.searched-too-often');
}
