import { AppError } from '../../../shared/errors.ts';
import { requireManage } from '../access/manage.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Session } from '../sessions/session.ts';
import type { ApiToken } from './api-token.ts';
import { makeToken, type TokenAuthor, type WantedToken } from './make-token.ts';
import { revokeToken } from './revoke-token.ts';

/**
 * Makes a token for who may give roles, with a passkey given lately: it is a role that needs nobody. In an emergency none is made, as it
 * would outlive that.
 * @throws AppError as `requireManage` and `makeToken`; `session.of-an-emergency`
 */
export async function makeTokenByHand(deps: ActDeps, session: Session, wanted: WantedToken): Promise<{ text: string; token: ApiToken }> {
  if (session.rights === 'emergency') throw new AppError('session.of-an-emergency');
  return makeToken(deps, wanted, await authorOf(deps, session, 'passkey'));
}

/** Revokes one for who may give roles. @throws AppError as `requireManage` and `revokeToken` */
export async function revokeTokenByHand(deps: ActDeps, session: Session, id: string): Promise<ApiToken> {
  return revokeToken(deps, id, await authorOf(deps, session, 'fresh'));
}

async function authorOf(deps: ActDeps, session: Session, proof: 'fresh' | 'passkey'): Promise<TokenAuthor> {
  const actor = await requireManage(deps, session, 'manage-roles', { proof });
  return { actor, author: session.login, maker: session.account, stillMay: (store) => requireOpen(deps, store, session) };
}
