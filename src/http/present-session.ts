import type { SignedIn } from '../../shared/api/session.ts';
import { presentTime } from '../core/journey/present-step.ts';
import type { Session } from '../core/sessions/session.ts';
import type { HttpDeps } from './http-deps.ts';

/** A session as its holder sees it. @param current id of the one that asks */
export function presentSession({ configuration }: Pick<HttpDeps, 'configuration'>, session: Session, current: string): SignedIn {
  return {
    id: session.id,
    login: session.login,
    rights: session.rights,
    proofs: session.proofs.map(({ kind, at }) => ({ kind, at: presentTime(at, 'down') })),
    createdAt: presentTime(session.createdAt, 'down'),
    seenAt: presentTime(session.seenAt, 'down'),
    endsAt: presentTime(session.endsAt, 'down'),
    idleAt: presentTime(session.seenAt + configuration().signIn.idleMinutes * 60_000, 'down'),
    address: session.address,
    client: session.client,
    current: session.id === current,
  };
}
