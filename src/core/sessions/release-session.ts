import { AppError } from '../../../shared/errors.ts';
import { recordEvent } from '../audit/record-event.ts';
import { requirementFor } from '../enrolment/own-requirement.ts';
import type { ActDeps } from '../journey/act.ts';
import { randomToken } from '../random-id.ts';
import { sessionActor } from './end-sessions.ts';
import { isOver } from './find-session.ts';
import { type Session, sessionOf } from './session.ts';

/**
 * Lets a session that was held up until enough is enrolled do everything, with a new token: its rights rise. Asks anew what is asked of
 * its owner, so that nobody is held up by what has passed meanwhile, nor let through by what was so before.
 * @throws AppError `enrolment.not-complete` while something is missing, `session.not-proven` for one that was not held up, `session.ended`
 */
export async function releaseSession(deps: ActDeps, session: Session): Promise<{ token: string; session: Session }> {
  if (session.rights !== 'until-enrolled') throw new AppError('session.not-proven');
  if ((await requirementFor(deps, session.account)).ask === 'force') throw new AppError('enrolment.not-complete');
  const token = randomToken(deps.random);
  const tokenDigest = deps.keys.digest('session-token', token);
  const now = deps.act.at;
  await deps.store.transaction(async (store) => {
    const about = { account: session.account, session: session.id, actor: sessionActor(deps.act, session) };
    await recordEvent(store, deps.clock, { type: 'session.released', ...about });
    const row = await store.sessions.findByToken(session.row.tokenDigest);
    const isOpen = row !== null && !isOver(row, deps.configuration().signIn, now);
    if (!isOpen || !(await store.sessions.release(session.row, tokenDigest, now))) throw new AppError('session.ended');
  });
  return { token, session: sessionOf({ ...session.row, tokenDigest, rights: 'full', seenAt: now }) };
}
