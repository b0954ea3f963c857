import type { TokenPermission } from '../../../shared/permissions.ts';
import type { ActorFacts } from '../access/can.ts';
import type { Role } from '../access/roles.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { ApiTokenRow } from '../ports/token-store.ts';

/** No directory can be called so: a token is nobody's account. */
const NOWHERE = ':token';

/** What is kept sealed of a token. */
export interface ApiTokenFacts {
  readonly may: readonly TokenPermission[];
  /** Whom it may see, as a role says it: all conditions that are given must be met. Absent where it sees nobody. */
  readonly over?: NonNullable<Role['over']> | undefined;
  /** Who made it. */
  readonly author: string;
  /** Whose account they made it with, by which it stands and falls. Absent: the console, and so the installation. */
  readonly maker?: AccountRef | undefined;
}

/** A token that was given with a request, or is listed. Times are milliseconds since 1970. */
export interface ApiToken extends ApiTokenFacts, Pick<ApiTokenRow, 'id' | 'name' | 'createdAt' | 'expiresAt' | 'lastUsedAt'> {
  readonly kind: 'token';
  readonly row: ApiTokenRow;
}

/** Reads a row whose facts were opened. */
export function apiTokenOf(row: ApiTokenRow): ApiToken {
  const { id, name, createdAt, expiresAt, lastUsedAt } = row;
  return { ...(JSON.parse(row.facts) as ApiTokenFacts), kind: 'token', id, name, createdAt, expiresAt, lastUsedAt, row };
}

/** What a token may, as the one role of the one actor that it is: judged as the roles of people are. No role of the configuration is ever held by it. */
export function roleOfToken({ id, name, may, over }: ApiToken): { actor: ActorFacts; roles: readonly Role[] } {
  const account = { directory: NOWHERE, id };
  return {
    actor: { account, login: id, membership: { places: {}, groups: {} }, linked: [], barred: null },
    roles: [{ name: `token ${name}`, may, heldBy: { directories: [NOWHERE], accounts: [id], directManager: false }, over }],
  };
}
