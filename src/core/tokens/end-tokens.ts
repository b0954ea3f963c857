import { isAppError } from '../../../shared/errors.ts';
import { canManage } from '../access/can.ts';
import { readActorOf } from '../access/held-roles.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountRef } from '../ports/directory.ts';
import { type ApiToken, apiTokenOf } from './api-token.ts';
import { revokeToken } from './revoke-token.ts';

type Deps = Pick<CoreDeps, 'store' | 'clock' | 'configuration' | 'directories' | 'log'>;

/**
 * Ends the tokens of those who may make none any more: the role was taken away, or their account is gone, disabled or frozen. Those of
 * the console are the installation's. What a directory does not tell ends nothing.
 * @returns how many were ended here
 */
export async function endTokensOfLostMakers(deps: Deps): Promise<number> {
  const rows = await deps.store.tokens.list();
  const tokens = rows.map(apiTokenOf).filter(({ expiresAt }) => expiresAt > deps.clock.now());
  const byMaker = Map.groupBy(
    tokens.flatMap((token) => (token.maker === undefined ? [] : [{ token, maker: token.maker }])),
    ({ maker }) => accountKey(maker),
  );
  let ended = 0;
  for (const made of byMaker.values()) {
    const maker = made[0]?.maker;
    if (maker === undefined || !(await isLost(deps, maker))) continue;
    for (const { token } of made) if (await end(deps, token)) ended += 1;
  }
  return ended;
}

async function isLost(deps: Deps, maker: AccountRef): Promise<boolean> {
  try {
    const facts = await readActorOf(deps, maker);
    if (facts === null) return true;
    const decision = canManage(deps.configuration().roles, facts, 'manage-roles');
    return !decision.allowed && decision.because !== 'not-known';
  } catch (error) {
    if (!isAppError(error)) throw error;
    deps.log.warn('access.roles-not-known', { directory: maker.directory, accounts: 1, error });
    return false;
  }
}

/** Whoever comes second, as several nodes look, ends nothing and writes nothing. */
async function end(deps: Deps, { id, author }: ApiToken): Promise<boolean> {
  try {
    await revokeToken(deps, id, { actor: { kind: 'system' }, author, because: 'maker-lost' });
    return true;
  } catch (error) {
    if (!isAppError(error, 'token.unknown')) throw error;
    return false;
  }
}
