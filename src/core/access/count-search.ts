import { AppError } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import type { ActDeps } from '../journey/act.ts';
import { slowDown } from '../journey/start-journey.ts';
import { allGivenAnew, isFresh, type WantedProof, wantedDetails } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';

/** How old the proofs of a session may be that has the second half of a day; milliseconds. */
const PROVEN_FOR = 3_600_000;

/** Who searches for people: by what they are told from others, in whichever session, and as the audit log has them. */
export interface Searcher {
  readonly agent: string;
  /** Absent: a program with its token. */
  readonly session?: Session;
  readonly actor: Actor;
  /** Each directory counts by itself, as a page that shows several asks each; empty for all of them. */
  readonly where: string;
}

/**
 * Counts a search for people before anybody is looked for, so that whoever has stolen a session does not copy a directory page by page, nor
 * try names out. The first refusal is in the audit log. Where a fresh proof helps the refusal says which: whoever has stolen the session
 * cannot give it, and its owner is not kept from their work by them.
 * @throws AppError `people.searched-too-often`
 */
export async function countSearch(
  deps: Pick<ActDeps, 'guard' | 'act' | 'configuration'>,
  { agent, session, actor, where }: Searcher,
): Promise<void> {
  const wanted = session === undefined ? null : allGivenAnew(deps.configuration(), session, PROVEN_FOR);
  const counted =
    session === undefined || wanted === null
      ? {}
      : { session: { id: session.id, provenAt: provenAt(session, wanted), isFresh: isFresh(session.proofs, wanted, deps.act.at) } };
  const decision = await deps.guard.countSearch({ agent, where, ...counted }, (limit) => ({
    ...{ type: 'people.searched-too-often', ...(session === undefined ? {} : { session: session.id }), actor, limit },
  }));
  if (decision.allowed) return;
  const { details } = slowDown(deps.act, decision.retryAt);
  throw new AppError('people.searched-too-often', {
    ...details,
    ...(wanted !== null && decision.proofHelps === true ? wantedDetails(wanted.anyOf) : {}),
  });
}

/** Since when everything that a session rests on is proven: what was given first of it; milliseconds since 1970. */
function provenAt({ proofs }: Session, { anyOf }: WantedProof): number {
  return Math.min(...proofs.filter(({ kind }) => anyOf.some((kinds) => kinds.includes(kind))).map(({ at }) => at));
}
