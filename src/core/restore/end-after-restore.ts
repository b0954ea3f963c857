import { retireEmergencies } from '../access/emergency.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import { listTokens, revokeToken } from '../tokens/revoke-token.ts';

/** All that there are: they last some days. */
const MOST_PASSES = 1_000_000;

type Deps = Pick<CoreDeps, 'store' | 'clock' | 'random' | 'keys' | 'texts' | 'configuration'>;

/** How many of each were ended. */
export interface EndedAfterRestore {
  readonly sessions: number;
  readonly tokens: number;
  readonly emergencies: number;
  readonly passes: number;
}

/**
 * Ends what lets somebody in and may have been ended since a backup was made, once that was put back: nobody can say of a session, a token, an
 * emergency or a temporary pass whether it was, and whoever had it taken away would be let in again. What can be had anew without a loss is ended;
 * proofs stay, as people would be locked out by losing them.
 */
export async function endAfterRestore(deps: Deps, { author, reason }: { author: string; reason: string }): Promise<EndedAfterRestore> {
  const { store, clock } = deps;
  const actor: Actor = { kind: 'operator', client: 'cli' };
  const sessions = await store.transaction(async (inside) => {
    await recordEvent(inside, clock, { type: 'database.restored', actor, author, reason });
    return inside.sessions.endEverybodys('database-restored', clock.now());
  });
  const tokens = await listTokens(deps);
  for (const { id } of tokens) await revokeToken(deps, id, { actor, author });
  const emergencies = await retireEmergencies(deps, author);
  return { sessions, tokens: tokens.length, emergencies, passes: await endAllPasses(deps, { actor, author }) };
}

async function endAllPasses({ store, clock }: Deps, by: { actor: Actor; author: string }): Promise<number> {
  const rows = await store.factors.withEnd(MOST_PASSES);
  for (const row of rows) {
    const account = { directory: row.directory, id: row.accountId };
    await store.transaction(async (inside) => {
      const about = { account, factor: row.kind, id: row.id, reason: 'the database was restored' };
      await recordEvent(inside, clock, { type: 'factor.ended', ...about, ...by });
      await inside.factors.end(row.id, clock.now());
    });
  }
  return rows.length;
}
