import { AppError } from '../../../shared/errors.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import { supportContact } from '../configuration/support-contact.ts';
import type { CoreDeps } from '../core-deps.ts';
import { queueMail } from '../notify/queue-mail.ts';
import type { Store } from '../ports/store.ts';
import type { ThreatRow } from '../ports/threat-store.ts';
import { randomId } from '../random-id.ts';

/** For how long the first of two who lift a threat waits for the second; milliseconds. */
export const LIFT_WAITS = 60 * 60_000;

/** Who raises or lifts it. */
export interface ThreatAuthor {
  /** As people read it. */
  readonly name: string;
  /** By which they are known: two who share one are the same. */
  readonly keys: readonly string[];
  readonly actor: Actor;
  /** Throws in the transaction where they may no more: they were signed out meanwhile. */
  readonly stillMay?: ((store: Store) => Promise<void>) | undefined;
}

/** The raised threat, for those who are to know. Times are milliseconds since 1970. */
export interface RaisedThreat {
  /** What stands here, in a word: whoever lifts it says which one they have seen. */
  readonly seen: string;
  readonly since: number;
  readonly author: string;
  readonly reason: string;
  /** Who agreed that it is over, and until when they wait for a second one; null: nobody. */
  readonly lift: { readonly author: string; readonly until: number } | null;
}

type Deps = Pick<CoreDeps, 'store' | 'clock' | 'random' | 'texts' | 'configuration' | 'wakeOutbox'>;

/** null: none is raised. */
export async function readThreat({ store, clock }: Pick<CoreDeps, 'store' | 'clock'>): Promise<RaisedThreat | null> {
  const row = await store.threats.current();
  if (row === null) return null;
  const { raisedAt: since, author, reason } = row;
  const lift = liftOf(row, clock.now());
  return { seen: seenOf(row), since, author, reason, lift: lift === null ? null : { author: lift.author, until: lift.at + LIFT_WAITS } };
}

/**
 * Makes everything stricter, as configured, until two have lifted it. Raised once more while it is, it stays raised, and whoever agreed
 * before that it is over has agreed to nothing.
 */
export async function raiseThreat(deps: Deps, by: ThreatAuthor, reason: string): Promise<void> {
  const { name: author, actor } = by;
  await deps.store.transaction(async (store) => {
    // The log first: it holds the turn of everybody who raises or lifts.
    await recordEvent(store, deps.clock, { type: 'threat.raised', actor, author, reason });
    await by.stillMay?.(store);
    const current = await store.threats.current();
    const row = { id: randomId(deps.random), version: 1, raisedAt: deps.clock.now(), author, reason, lift: null, liftedAt: null };
    const isDone = current === null ? await store.threats.insert(row) : await store.threats.change(current, { author, reason, lift: null });
    if (!isDone) throw new AppError('threat.changed');
    await tell(deps, store, 'threat-raised', { author, reason });
  });
  deps.wakeOutbox('notice');
}

/**
 * Agrees that the threat is over. The second who does, within an hour, and who is somebody else, lifts it.
 * @param shown what they have seen of it (`RaisedThreat.seen`): another one that was raised meanwhile is not over; null: whichever is raised
 * @returns whether it is lifted now
 * @throws AppError `threat.not-raised`, `threat.another-needed` where the same one agrees twice, `threat.changed`
 */
export async function liftThreat(deps: Deps, by: ThreatAuthor, shown: string | null = null): Promise<boolean> {
  const { name: author, actor } = by;
  const seen = await deps.store.threats.current();
  if (seen === null) throw new AppError('threat.not-raised');
  const first = liftOf(seen, deps.clock.now());
  if (first?.keys.some((key) => by.keys.includes(key)) === true) throw new AppError('threat.another-needed');
  if (shown !== null && shown !== seenOf(seen)) throw new AppError('threat.changed');
  await deps.store.transaction(async (store) => {
    const { raisedAt: since, reason } = seen;
    if (first === null) {
      await recordEvent(store, deps.clock, { type: 'threat.lift-begun', actor, author });
      await by.stillMay?.(store);
      const lift = { author, keys: [...by.keys], at: deps.clock.now() };
      if (!(await store.threats.change(seen, { lift }))) throw new AppError('threat.changed');
      return;
    }
    await recordEvent(store, deps.clock, { type: 'threat.lifted', actor, author, other: first.author, since });
    await by.stillMay?.(store);
    if (!(await store.threats.change(seen, { lift: null, liftedAt: deps.clock.now() }))) throw new AppError('threat.changed');
    await tell(deps, store, 'threat-lifted', { author, other: first.author, reason });
  });
  if (first !== null) deps.wakeOutbox('notice');
  return first !== null;
}

/** Raised once more, for another reason, it is another one; and so it is when somebody agreed that it is over. */
function seenOf({ id, version }: ThreatRow): string {
  return `${id}.${version}`;
}

/** Who agreed first, as long as that counts. A clock that went back does not make it count for longer. */
function liftOf({ lift }: ThreatRow, now: number): ThreatRow['lift'] {
  return lift !== null && Math.abs(now - lift.at) < LIFT_WAITS ? lift : null;
}

async function tell(deps: Deps, store: Store, kind: 'threat-raised' | 'threat-lifted', told: Record<string, string>): Promise<void> {
  const { organisation } = deps.configuration();
  if (organisation.alarmAddress === undefined) return;
  const language = organisation.defaultLanguage;
  const contact = supportContact(deps.configuration(), language);
  const parameters = { ...told, happenedAt: deps.clock.now(), organisation: organisation.name, contact };
  await queueMail(deps, store, { lane: 'notice', to: organisation.alarmAddress, kind, directory: null, language, parameters });
}
