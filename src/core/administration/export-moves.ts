import type { Actor } from '../audit/events.ts';
import { writtenDown } from '../audit/write-down-list.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Session } from '../sessions/session.ts';
import type { ManagingDeps } from './change-configuration.ts';
import { type MovedPerson, peopleMoved } from './count-draft.ts';
import type { WantedChange } from './judge-change.ts';

/**
 * Everybody for whom a draft changes what they can do, for a list that is taken away: by whom, and of how many, is in the audit log.
 * @throws AppError as `peopleMoved`, and `session.ended` when that happens on the way
 */
export function exportMoves(
  deps: ManagingDeps,
  { session, actor }: { readonly session: Session; readonly actor: Actor },
  wanted: WantedChange,
): AsyncGenerator<readonly MovedPerson[]> {
  const about = { actor, session: session.id, base: wanted.base };
  return writtenDown(deps, pagesOf(deps, session, wanted), (list, end) =>
    end === null ? { type: 'people.moves-export-begun', list, ...about } : { type: 'people.moves-exported', list, ...about, ...end },
  );
}

async function* pagesOf(deps: ManagingDeps, session: Session, wanted: WantedChange): AsyncGenerator<readonly MovedPerson[], boolean> {
  for await (const people of peopleMoved(deps, deps.checkContext, wanted)) {
    // A list is long on its way: whoever was signed out meanwhile gets no more of it.
    const now: ActDeps = { ...deps, act: { ...deps.act, at: deps.clock.now() } };
    await requireOpen(now, deps.store, session);
    yield people;
  }
  return true;
}
