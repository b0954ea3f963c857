import { AppError } from '../../../shared/errors.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Act } from '../journey/act.ts';
import type { Store } from '../ports/store.ts';
import type { ApiTokenRow } from '../ports/token-store.ts';
import { type ApiToken, apiTokenOf } from './api-token.ts';
import { isTokenText } from './token-text.ts';

/** That a token was used is noted once in this time; milliseconds. */
const NOTED_FOR = 60_000;

type Deps = Pick<CoreDeps, 'store' | 'keys'> & { readonly act: Act };

/**
 * The token that a request belongs to, read anew for each: one that is revoked is worth nothing on any node from then on.
 * @throws AppError `token.invalid` for what never was one; `token.ended` for one that is past its end or was revoked
 */
export async function findToken(deps: Deps, text: string): Promise<ApiToken> {
  const now = deps.act.at;
  const row = isTokenText(text) ? await deps.store.tokens.findByDigest(deps.keys.digest('api-token', text)) : null;
  if (row === null) throw new AppError('token.invalid');
  refuseEnded(row, now);
  if (row.lastUsedAt === null || row.lastUsedAt <= now - NOTED_FOR) await deps.store.tokens.touch(row.id, now, now - NOTED_FOR + 1);
  return apiTokenOf(row);
}

/** For what takes long, and in transactions that must not come after the end. @throws AppError `token.ended` */
export async function requireTokenOpen(store: Store, { id }: ApiToken, now: number): Promise<void> {
  const row = await store.tokens.find(id);
  if (row === null) throw new AppError('token.ended');
  refuseEnded(row, now);
}

function refuseEnded({ revokedAt, expiresAt }: ApiTokenRow, now: number): void {
  if (revokedAt !== null || expiresAt <= now) throw new AppError('token.ended');
}
