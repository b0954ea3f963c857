import { AppError } from '../../../../shared/errors.ts';
import { recordEvent } from '../../audit/record-event.ts';
import type { CoreDeps } from '../../core-deps.ts';
import type { AccountRef } from '../../ports/directory.ts';
import type { SetUpRow } from '../../ports/set-up-store.ts';
import type { Store } from '../../ports/store.ts';
import { factsOf, NO_FACTS } from '../facts.ts';
import { actorOf, isTheirs, type SetUpActing } from '../set-up.ts';

/**
 * The last step of the set-up, once the configuration is in force: a test person sets another password, by the node that has begun and the
 * way of every reset. Kept, sealed, in the row of the set-up, which lasts for as long as this does.
 */
export interface FirstReset {
  /** For the page that follows: opens once. Null: the first administrator can prove themselves already, or it was never made. */
  readonly invitation: string | null;
  readonly publicUrl: string;
  /** Milliseconds since 1970, as all times here. */
  readonly endsAt: number;
  readonly linksMade: number;
  /** Names that were looked up, whoever they led to. Absent: none. */
  readonly namings?: number;
  readonly person?: AccountRef & { readonly login: string; readonly name: string };
  readonly link?: FirstResetLink;
}

/** A newer one takes its place. */
export interface FirstResetLink {
  readonly id: string;
  /** Keyed digest of the secret in the link, which is kept nowhere. */
  readonly digest: string;
  readonly madeAt: number;
  readonly endsAt: number;
  readonly opened: number;
  /** The journey that was begun by it last. */
  readonly journey?: string;
  /** The journey that has written, or tried to: no other one may any more. */
  readonly writer?: string;
  /** Where the audit log ended when it was made: whoever has written to the account since has meant this link too. */
  readonly logEnd: number;
  /** The threat that was raised when it was made, see `threatNow`. */
  readonly threat: string | null;
}

/** How long the step waits after the configuration was put into force. Whoever holds the browser could do nothing else by then. */
const LASTS = 3_600_000;

export interface FoundFirstReset {
  readonly row: SetUpRow;
  readonly firstReset: FirstReset;
}

/**
 * Goes on to this step: what was answered, and the secrets, are forgotten. In the transaction that puts the configuration into force.
 * @throws AppError `set-up.conflict` when the set-up was changed from elsewhere
 */
export async function beginFirstReset(store: Store, now: number, setUp: string, publicUrl: string): Promise<void> {
  const row = await store.setUps.current();
  const firstReset: FirstReset = { invitation: null, publicUrl, endsAt: now + LASTS, linksMade: 0 };
  if (row?.id !== setUp || !(await keep(store, { row, firstReset }, {}))) throw new AppError('set-up.conflict');
}

/** Keeps the invitation for the page that follows. Lost, another one is made on the console. */
export async function keepInvitation(store: Pick<Store, 'setUps'>, invitation: string | null): Promise<void> {
  const found = foundIn(await store.setUps.current());
  if (found !== null) await keep(store, found, { invitation });
}

/** Changes the step. False: somebody was quicker. */
export function keep(store: Pick<Store, 'setUps'>, { row, firstReset }: FoundFirstReset, change: Partial<FirstReset>): Promise<boolean> {
  return store.setUps.change(row, { facts: JSON.stringify({ ...NO_FACTS, firstReset: { ...firstReset, ...change } }) });
}

/** The step as a row has it; null: the set-up is not there, or not yet. */
export function foundIn(row: SetUpRow | null): FoundFirstReset | null {
  if (row === null) return null;
  const { firstReset } = factsOf(row);
  return firstReset === undefined ? null : { row, firstReset };
}

/** The same while its time lasts. */
export async function findFirstReset(store: Pick<Store, 'setUps'>, now: number): Promise<FoundFirstReset | null> {
  const found = foundIn(await store.setUps.current());
  return found !== null && found.firstReset.endsAt > now ? found : null;
}

/**
 * The step of who holds this token.
 * @throws AppError `set-up.over` where there is none, or its time is over; `set-up.not-open` for anybody else
 */
export async function requireFirstReset(deps: SetUpActing, tokens: readonly string[]): Promise<FoundFirstReset> {
  const found = await findFirstReset(deps.store, deps.act.at);
  if (found === null) throw new AppError('set-up.over');
  if (!isTheirs(deps, found.row, tokens)) throw new AppError('set-up.not-open');
  return found;
}

/**
 * Ends the step, whether somebody has set a password in it or not: nobody is let in any more, and no link is good.
 * @returns what the page shows last
 * @throws AppError as `requireFirstReset`; `set-up.conflict`
 */
export async function endFirstReset(deps: SetUpActing, tokens: readonly string[]): Promise<Pick<FirstReset, 'invitation' | 'publicUrl'>> {
  const { row, firstReset } = await requireFirstReset(deps, tokens);
  const { invitation, publicUrl, person, link } = firstReset;
  const because = link?.writer === undefined ? 'skipped' : 'acted';
  await deps.store.transaction(async (store) => {
    const account = person === undefined ? {} : { account: { directory: person.directory, id: person.id } };
    await recordEvent(store, deps.clock, { type: 'set-up.reset-ended', actor: actorOf(deps), because, ...account });
    if (!(await store.setUps.change(row, ended(deps.clock.now())))) throw new AppError('set-up.conflict');
  });
  return { invitation, publicUrl };
}

/** Forgets a step whose time is over, and the invitation with it. */
export async function expireFirstReset({ store, clock }: Pick<CoreDeps, 'store' | 'clock'>): Promise<void> {
  const now = clock.now();
  const found = foundIn(await store.setUps.current());
  if (found === null || found.firstReset.endsAt > now) return;
  await store.transaction(async (inside) => {
    await recordEvent(inside, clock, { type: 'set-up.reset-ended', actor: { kind: 'system' }, because: 'expired' });
    // Whoever has changed it meanwhile is met the next time.
    if (!(await inside.setUps.change(found.row, ended(now)))) throw new AppError('set-up.conflict');
  });
}

const ended = (now: number) => ({ endedAt: now, sessionDigest: null, facts: JSON.stringify(NO_FACTS) });
