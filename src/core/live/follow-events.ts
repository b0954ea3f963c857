import type { LiveEvent, LiveNotice } from '../../../shared/api/live.ts';
import { AppError, isAppError } from '../../../shared/errors.ts';
import { isForPeople } from '../../../shared/permissions.ts';
import { type ActorFacts, canSee } from '../access/can.ts';
import { readSessionActor } from '../access/held-roles.ts';
import { readOwnRoles } from '../access/own-roles.ts';
import { readHolder } from '../access/read-access-facts.ts';
import type { Role } from '../access/roles.ts';
import { accountKey } from '../accounts/candidate.ts';
import { requireOpen } from '../enrolment/own-session.ts';
import type { ActDeps } from '../journey/act.ts';
import { presentTime } from '../journey/present-step.ts';
import type { AuditRow } from '../ports/audit-store.ts';
import type { Account, AccountRef } from '../ports/directory.ts';
import { requireFullRights } from '../sessions/freshness.ts';
import type { Session } from '../sessions/session.ts';
import { type EventFeed, LOOK_EVERY, type Reader } from './event-feed.ts';
import { isAboutThreat, noticeOf, ownCaseOf } from './notice-of.ts';
import { readPosition, writePosition } from './position.ts';

/** Whoever was away for more events than this is told that some were missed; and is told of those that follow. */
const MOST_BEHIND = 5000;
/** Something is sent at least so often, so that nobody on the way takes the connection for dead; milliseconds. */
const BEAT_EVERY = 15_000;
/** By which roles somebody looks is asked again after so long; milliseconds. Sessions of lost roles end within 55 s on every node. */
const ROLES_FOR = 10_000;

/** `id`: how far has been read, to go on from. Without an event it says that nothing has happened. */
export interface LiveMessage {
  readonly id: string;
  readonly event?: LiveEvent;
}

export interface LiveDeps extends ActDeps {
  readonly feed: EventFeed;
}

/** Somebody looks on, from here on. */
export interface Follower {
  readonly messages: AsyncGenerator<LiveMessage>;
  /** To be called once nobody reads any more, whatever became of `messages`. */
  leave(): void;
}

/**
 * What happens to the people whom an agent may see, and in their own cases, while it happens: in the order of the audit log, each event
 * once. It ends with the session, and when a role is lost.
 * @param lastId of the last message that arrived, where somebody comes back
 * @throws AppError `access.refused` without a role that is about other people, `live.too-many`, `session.*`, `directory.*`
 */
export async function followEvents(deps: LiveDeps, session: Session, lastId: string | undefined): Promise<Follower> {
  requireFullRights(session);
  const { may } = await readOwnRoles(deps, session);
  if (!may.some(isForPeople)) throw new AppError('access.refused');
  const { seq } = await deps.store.audit.head();
  const asked = lastId === undefined ? seq : readPosition(deps, lastId);
  // A number from before a backup was restored leads past the end.
  const isKnown = asked !== null && asked <= seq && asked >= seq - MOST_BEHIND;
  const reader = deps.feed.join(session.account);
  return { leave: reader.leave, messages: follow(deps, session, reader, { position: isKnown ? asked : seq, missed: !isKnown }) };
}

async function* follow(
  deps: LiveDeps,
  session: Session,
  reader: Reader,
  { position: from, missed }: { position: number; missed: boolean },
): AsyncGenerator<LiveMessage> {
  const { feed, clock } = deps;
  const look = lookAs(deps, session);
  const idOf = (seq: number) => writePosition(deps, seq);
  yield { id: idOf(from), ...(missed ? { event: { missed: true } } : {}) };
  let [position, sentAt] = [from, clock.monotonic()];
  while (reader.isReading()) {
    const changed = feed.changed();
    const rows = await feed.read(position);
    await look.stillOpen();
    for (const row of rows) {
      const event = await eventOf(deps, session, row, look.actor);
      position = row.seq;
      if (event === null) continue;
      await look.mayHear();
      yield { id: idOf(position), event };
      sentAt = clock.monotonic();
    }
    if (rows.length > 0) continue;
    if (clock.monotonic() - sentAt >= BEAT_EVERY) {
      yield { id: idOf(position) };
      sentAt = clock.monotonic();
    }
    await changed;
  }
}

/** Asks, of the time it is and not that at which the request came, whether somebody may still look, and as whom. */
function lookAs(deps: LiveDeps, session: Session) {
  const { clock, store } = deps;
  const now = (): LiveDeps => ({ ...deps, act: { ...deps.act, at: clock.now() } });
  let [checkedAt, readAt] = [-Infinity, -Infinity];
  let facts: ActorFacts | null = null;
  const requireStillOpen = async () => {
    await requireOpen(now(), store, session);
    checkedAt = clock.monotonic();
  };
  return {
    async stillOpen(): Promise<void> {
      if (clock.monotonic() - checkedAt >= LOOK_EVERY) await requireStillOpen();
    },
    /** Nothing leaves that a power cut could take back, nor to a session that has ended a moment ago. */
    async mayHear(): Promise<void> {
      await store.settled();
      await requireStillOpen();
    },
    async actor(): Promise<ActorFacts | null> {
      if (clock.monotonic() - readAt < ROLES_FOR) return facts;
      // By which roles they have acted was noted since they came.
      const row = await store.sessions.findByToken(session.row.tokenDigest);
      if (row === null) throw new AppError('session.ended');
      facts = await readSessionActor(now(), { ...session, row });
      readAt = clock.monotonic();
      return facts;
    },
  };
}

/** What of an event is for somebody to hear. null: nothing. */
async function eventOf(
  deps: LiveDeps,
  session: Session,
  row: AuditRow,
  actorNow: () => Promise<ActorFacts | null>,
): Promise<LiveEvent | null> {
  const own = ownCaseOf(row, session.account);
  const noticed = noticeOf(row);
  const { accounts, missed } = noticed === null ? NOTHING : await visible(deps, noticed.accounts, actorNow);
  const event: LiveEvent = {
    ...(noticed === null || accounts.length === 0 ? {} : { notice: { ...about(row, noticed), accounts } }),
    ...(own === null ? {} : { case: own }),
    ...(isAboutThreat(row) ? { threat: true as const } : {}),
    ...(missed ? { missed: true as const } : {}),
  };
  return Object.keys(event).length === 0 ? null : event;
}

const NOTHING: { accounts: LiveNotice['accounts']; missed: boolean } = { accounts: [], missed: false };

function about({ at }: AuditRow, { kind, factor }: NonNullable<ReturnType<typeof noticeOf>>) {
  return { at: presentTime(at, 'down'), kind, ...(factor === undefined ? {} : { factor }) };
}

/** `missed`: of one of them it cannot be told, in a directory in which roles let who asks see somebody. */
async function visible(deps: LiveDeps, refs: readonly AccountRef[], actorNow: () => Promise<ActorFacts | null>) {
  const actor = await actorNow();
  const roles = deps.configuration().roles.filter((role) => actor !== null && canSee([role], actor, null).allowed);
  if (actor === null || roles.length === 0) return NOTHING;
  const accounts: LiveNotice['accounts'] = [];
  let missed = false;
  for (const ref of refs.filter(({ directory }) => roles.some(({ over }) => over?.directories?.includes(directory) ?? true))) {
    try {
      const account = await visibleAccount(deps, ref, actor, roles);
      if (account !== null) accounts.push({ ...ref, login: account.login, displayName: account.displayName });
    } catch (error) {
      if (!isAppError(error)) throw error;
      missed = true;
      deps.log.warn('live.not-known', { directory: ref.directory, error });
    }
  }
  return { accounts, missed };
}

async function visibleAccount(deps: LiveDeps, ref: AccountRef, actor: ActorFacts, roles: readonly Role[]): Promise<Account | null> {
  const directory = deps.directories.all().find(({ id }) => id === ref.directory);
  if (directory === undefined) return null;
  const all = deps.configuration().roles;
  const found = await deps.feed.shared(accountKey(ref), async () => {
    const account = await directory.readAccount(ref);
    return account === null ? null : { account, holder: await readHolder(directory, all, account) };
  });
  return found !== null && canSee(roles, actor, found.holder).allowed ? found.account : null;
}
