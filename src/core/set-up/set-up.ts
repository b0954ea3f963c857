import type { SetUpAnswers, SetUpSecrets } from '../../../shared/api/set-up.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Act } from '../journey/act.ts';
import type { SetUpRow } from '../ports/set-up-store.ts';
import type { Store } from '../ports/store.ts';
import { randomId, randomToken } from '../random-id.ts';
import { factsOf, NO_FACTS, type SetUpFacts, withAnswers } from './facts.ts';

/** How long the link waits; milliseconds. */
export const LINK_LASTS = 3_600_000;
/** How long who opened it may go on; a new link is made by a restart. */
export const SESSION_LASTS = 12 * 3_600_000;

export type SetUpDeps = Pick<CoreDeps, 'store' | 'clock' | 'random' | 'keys'>;
export type SetUpActing = SetUpDeps & { readonly act: Act };

/**
 * Makes the link that lets one browser set this installation up. What was answered before a restart is kept; whoever held an earlier
 * link is out. Its secret is in the fragment, which no server is sent, and only a digest of it is kept.
 * @returns the secret
 * @throws AppError `set-up.over` where there is a configuration; `set-up.conflict` when another node was quicker
 */
export async function makeSetUpLink(deps: SetUpDeps): Promise<{ secret: string; expiresAt: number }> {
  const [secret, now] = [randomToken(deps.random), deps.clock.now()];
  const link = {
    linkDigest: deps.keys.digest('set-up-link', secret),
    linkExpiresAt: now + LINK_LASTS,
    openedAt: null,
    sessionDigest: null,
  };
  return deps.store.transaction(async (store) => {
    // The log first: it holds the turn of whoever makes another link, opens one, or puts a configuration into force.
    await recordEvent(store, deps.clock, {
      type: 'set-up.link-made',
      actor: { kind: 'operator', client: 'cli' },
      expiresAt: link.linkExpiresAt,
    });
    if ((await store.configurations.current()) !== null) throw new AppError('set-up.over');
    const current = await store.setUps.current();
    const made =
      current === null
        ? await store.setUps.begin({
            id: randomId(deps.random),
            version: 1,
            createdAt: now,
            endedAt: null,
            facts: JSON.stringify(NO_FACTS),
            ...link,
          })
        : await store.setUps.change(current, link);
    if (!made) throw new AppError('set-up.conflict');
    return { secret, expiresAt: link.linkExpiresAt };
  });
}

/**
 * Opens the link, for exactly one caller.
 * @returns the token of who sets up, kept only as a digest
 * @throws AppError `set-up.link-invalid` for one that never was, was opened, replaced, or is over
 */
export async function openSetUp(deps: SetUpActing, secret: string): Promise<string> {
  const linkDigest = deps.keys.digest('set-up-link', secret);
  const token = randomToken(deps.random);
  const found = await deps.store.setUps.current();
  // Nothing is written for what is no link at all.
  if (found?.linkDigest !== linkDigest) throw new AppError('set-up.link-invalid');
  await deps.store.transaction(async (store) => {
    await recordEvent(store, deps.clock, { type: 'set-up.opened', actor: actorOf(deps) });
    const row = await store.setUps.current();
    const isGood = row?.linkDigest === linkDigest && row.openedAt === null && row.linkExpiresAt > deps.act.at;
    const opened = { openedAt: deps.act.at, sessionDigest: deps.keys.digest('set-up-session', token) };
    if (!isGood || !(await store.setUps.change(row, opened))) throw new AppError('set-up.link-invalid');
  });
  return token;
}

/** Who sets up, for the audit log: whoever has the console, by a browser. */
export function actorOf({ act }: SetUpActing): Actor {
  return { kind: 'operator', address: act.address, client: 'web' };
}

/**
 * The set-up of who holds this token.
 * @throws AppError `set-up.not-open` without the link, or when its time is over; `set-up.over` once there is a configuration
 */
export async function requireSetUp(deps: SetUpActing, tokens: readonly string[]): Promise<{ row: SetUpRow; facts: SetUpFacts }> {
  const row = await deps.store.setUps.current();
  if (row === null) throw new AppError('set-up.over');
  const facts = factsOf(row);
  // What is left then is asked of the node that has begun.
  if (facts.firstReset !== undefined) throw new AppError('set-up.over');
  if (!isTheirs(deps, row, tokens)) throw new AppError('set-up.not-open');
  return { row, facts };
}

/** Whether the set-up is that of who holds one of these tokens, and they may go on still. */
export function isTheirs({ keys, act }: Pick<SetUpActing, 'keys' | 'act'>, row: SetUpRow, tokens: readonly string[]): boolean {
  const isHeld = tokens.some((token) => row.sessionDigest === keys.digest('set-up-session', token));
  return isHeld && row.openedAt !== null && row.openedAt + SESSION_LASTS > act.at;
}

/**
 * Keeps what has been answered, as a whole.
 * @throws AppError as `requireSetUp`; `set-up.conflict` when it was changed from elsewhere since this version
 */
export async function saveSetUp(
  deps: SetUpActing,
  tokens: readonly string[],
  given: { readonly version: number; readonly answers: SetUpAnswers; readonly secrets: SetUpSecrets },
): Promise<{ row: SetUpRow; facts: SetUpFacts }> {
  const { row, facts } = await requireSetUp(deps, tokens);
  const next = withAnswers(facts, given.answers, given.secrets);
  if (row.version !== given.version || !(await deps.store.setUps.change(row, { facts: JSON.stringify(next) })))
    throw new AppError('set-up.conflict');
  return { row: { ...row, version: row.version + 1 }, facts: next };
}

/** There is a configuration now: the set-up lets nobody in any more, and nothing that was typed stays. In the transaction of that. */
export async function endSetUp(store: Pick<Store, 'setUps'>, now: number): Promise<void> {
  // Whoever changes it meanwhile is met once more; they are not many.
  for (let row = await store.setUps.current(); row !== null; row = await store.setUps.current())
    await store.setUps.change(row, { endedAt: now, sessionDigest: null, facts: JSON.stringify(NO_FACTS) });
}
