import { AppError } from '../../../shared/errors.ts';
import { isForPeople, TOKEN_PERMISSIONS } from '../../../shared/permissions.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { type ApiToken, type ApiTokenFacts, apiTokenOf } from './api-token.ts';
import { newTokenText } from './token-text.ts';

const DAY = 86_400_000;
/** For people to read, and to say: nothing invisible, and nothing that begins or ends with a space. */
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,58}[\p{L}\p{N}])?$/u;

type Deps = Pick<CoreDeps, 'store' | 'clock' | 'random' | 'keys' | 'configuration'>;

/** What a new token is to be. `days`: for how long it is good. */
export interface WantedToken extends Omit<ApiTokenFacts, 'author' | 'maker'> {
  readonly name: string;
  readonly days: number;
}

/** Who makes or revokes one, on the console unless `maker` says by which account. `stillMay` throws in the transaction where they may no more. */
export interface TokenAuthor {
  readonly actor: Actor;
  readonly author: string;
  readonly maker?: AccountRef | undefined;
  readonly stillMay?: ((store: Store) => Promise<void>) | undefined;
}

/**
 * Makes a token. It is told here and never again: a digest of it is kept.
 * @throws AppError `token.refused` with the reason, `token.name-taken`
 */
export async function makeToken(deps: Deps, wanted: WantedToken, by: TokenAuthor): Promise<{ text: string; token: ApiToken }> {
  const { name, days, may, over } = wanted;
  refuseUnfit(deps, wanted);
  const [id, text, now] = [randomId(deps.random), newTokenText(deps.random), deps.clock.now()];
  const kept = TOKEN_PERMISSIONS.filter((permission) => may.includes(permission));
  const told = { may: kept, ...(over === undefined ? {} : { over }), author: by.author };
  const facts: ApiTokenFacts = { ...told, ...(by.maker === undefined ? {} : { maker: by.maker }) };
  const row = {
    ...{ id, digest: deps.keys.digest('api-token', text), name, createdAt: now, expiresAt: now + days * DAY },
    ...{ lastUsedAt: null, revokedAt: null, facts: JSON.stringify(facts) },
  };
  await deps.store.transaction(async (store) => {
    const { expiresAt } = row;
    await recordEvent(store, deps.clock, { type: 'token.made', id, name, expiresAt, actor: by.actor, ...told });
    await by.stillMay?.(store);
    if (!(await store.tokens.insert(row))) throw new AppError('token.name-taken', { name });
  });
  return { text, token: apiTokenOf(row) };
}

function refuseUnfit({ configuration }: Deps, { name, days, may, over }: WantedToken): void {
  const refuse = (reason: string) => new AppError('token.refused', { reason });
  const longest = configuration().administration.longestTokenDays;
  if (!NAME.test(name)) throw refuse('the name has 1 to 60 letters, digits, dots, hyphens, underscores and spaces in it');
  if (!Number.isInteger(days) || days < 1 || days > longest)
    throw refuse(`it is good for 1 to ${longest} days (administration.longestTokenDays)`);
  if (may.length === 0 || may.some((permission) => !TOKEN_PERMISSIONS.includes(permission)))
    throw refuse(`a token may do some of: ${TOKEN_PERMISSIONS.join(', ')}`);
  const seesPeople = may.some(isForPeople);
  if (seesPeople && over === undefined) throw refuse('say whom it may see');
  if (!seesPeople && over !== undefined) throw refuse('it sees nobody, so it has no scope of people');
  const known = configuration().directories.map(({ id }) => id);
  const unknown = over?.directories?.find((id) => !known.includes(id));
  if (unknown !== undefined) throw refuse(`there is no directory ${unknown}`);
}
