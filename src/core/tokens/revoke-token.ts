import { AppError } from '../../../shared/errors.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import { type ApiToken, apiTokenOf } from './api-token.ts';
import type { TokenAuthor } from './make-token.ts';

type Deps = Pick<CoreDeps, 'store' | 'clock'>;

/** Those that are not revoked, by name; also those that are past their end. */
export async function listTokens({ store }: Pick<CoreDeps, 'store'>): Promise<ApiToken[]> {
  return (await store.tokens.list()).map(apiTokenOf);
}

/** Ends a token for good, for one caller. `because`: nobody did, it ended with who made it. @throws AppError `token.unknown` when there is none that is not revoked */
export async function revokeToken(deps: Deps, id: string, by: TokenAuthor & { because?: 'maker-lost' }): Promise<ApiToken> {
  return deps.store.transaction(async (store) => {
    const row = await store.tokens.find(id);
    if (row === null || row.revokedAt !== null) throw new AppError('token.unknown');
    const { actor, author, because } = by;
    const about = { id, name: row.name, actor, author };
    await recordEvent(
      store,
      deps.clock,
      because === undefined ? { type: 'token.revoked', ...about } : { type: 'token.maker-lost', ...about },
    );
    await by.stillMay?.(store);
    if (!(await store.tokens.revoke(row, deps.clock.now()))) throw new AppError('token.unknown');
    return apiTokenOf(row);
  });
}
