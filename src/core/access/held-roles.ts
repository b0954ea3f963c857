import { AppError, isAppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { ActDeps } from '../journey/act.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { SessionRow } from '../ports/session-store.ts';
import { endAllSessions } from '../sessions/end-sessions.ts';
import { isOver, unlessUnavailable } from '../sessions/find-session.ts';
import type { Session } from '../sessions/session.ts';
import { requireEnoughStill } from '../sessions/still-enough.ts';
import { type ActorFacts, holdsStanding } from './can.ts';
import { readActor } from './read-access-facts.ts';
import type { Role } from './roles.ts';

type WatchDeps = Pick<CoreDeps, 'store' | 'clock' | 'configuration' | 'directories' | 'log'>;

/** A session whose roles the directory has confirmed within this time is not asked about again; milliseconds. */
const CONFIRMED_FOR = 15_000;
/** Sessions that one sweep looks at, and accounts that it asks one directory about at the same time. */
const MOST_SESSIONS = 1000;
const AT_ONCE = 4;

/**
 * Who acts in a session, as the directory says now: null when the account is gone. By which roles they act is noted, so that losing one
 * ends their sessions also when nothing more is asked in them.
 * @throws AppError `session.ended` when a role by which they acted is held no more, or a threat is raised and the session rests on less
 * than counts now; `directory.*`
 */
export async function readSessionActor(deps: ActDeps, session: Session): Promise<ActorFacts | null> {
  const { roles } = deps.configuration();
  const directory = deps.directories.get(session.account.directory);
  const self = await directory.readAccount(session.account);
  const facts = self === null ? null : await readActor(deps, directory, roles, self);
  if (isLost(session.row.roles, roles, facts)) {
    await endForLostRole(deps, session.account);
    throw new AppError('session.ended');
  }
  if (facts === null) return null;
  if (roles.some((role) => holdsStanding(role, facts) !== false)) await requireEnoughStill(deps, session);
  await note(deps, session.row, roles, facts);
  return facts;
}

/**
 * Asks the directories about everybody who is signed in and has acted by a role, and ends the sessions of those who hold it no more: on
 * every node, so also where the one that they signed in at is gone. What a directory does not tell ends nothing and allows nothing: an
 * outage would sign everybody out, and each act asks for itself.
 * @returns of how many accounts the sessions were ended
 */
export async function endSessionsOfLostRoles(deps: WatchDeps): Promise<number> {
  const now = deps.clock.now();
  const { signIn } = deps.configuration();
  const asked = { readBefore: now - CONFIRMED_FOR, seenAfter: now - signIn.idleMinutes * 60_000, now };
  const rows = (await deps.store.sessions.actingByRoles(asked, MOST_SESSIONS)).filter((row) => !isOver(row, signIn, now));
  const ended = await Promise.all([...byDirectory(rows)].map(([directory, accounts]) => lookAt(deps, directory, accounts, now)));
  return ended.reduce((sum, count) => sum + count, 0);
}

/** An account that is signed in, and the roles by which it acted in any of its sessions. */
interface Acting {
  readonly account: AccountRef;
  readonly noted: Set<string>;
}

function byDirectory(rows: readonly SessionRow[]): Map<string, Acting[]> {
  const accounts = new Map<string, Acting>();
  for (const { directory, accountId: id, roles } of rows) {
    const account = { directory, id };
    const acting = accounts.get(accountKey(account)) ?? { account, noted: new Set() };
    for (const name of roles) acting.noted.add(name);
    accounts.set(accountKey(account), acting);
  }
  return Map.groupBy(accounts.values(), ({ account }) => account.directory);
}

/** Each directory by itself, and one that does not answer is not asked for everybody: the people of the others would wait for it. */
async function lookAt(deps: WatchDeps, directory: string, accounts: readonly Acting[], now: number): Promise<number> {
  const waiting = [...accounts];
  let ended = 0;
  const unknown: { accounts: number; error?: unknown } = { accounts: 0 };
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { account, noted } = next;
      try {
        if (await stillHolds(deps, account, [...noted])) await deps.store.sessions.confirmRoles(account, now);
        else if (await endForLostRole(deps, account)) ended += 1;
      } catch (error) {
        const isAboutOne = isAppError(error, 'directory.no-right', 'directory.account-missing', 'directory.limit-exceeded');
        unknown.accounts += 1 + (isAboutOne ? 0 : waiting.splice(0).length);
        unknown.error = error;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (unknown.accounts > 0) deps.log.warn('access.roles-not-known', { directory, ...unknown });
  return ended;
}

async function stillHolds(
  deps: Pick<CoreDeps, 'store' | 'configuration' | 'directories'>,
  account: AccountRef,
  noted: readonly string[],
): Promise<boolean> {
  return !isLost(noted, deps.configuration().roles, await readActorOf(deps, account));
}

/** What an account may act by now, whoever asks; null: it is gone, or its directory is. @throws AppError `directory.*` */
export async function readActorOf(
  deps: Pick<CoreDeps, 'store' | 'configuration' | 'directories'>,
  account: AccountRef,
): Promise<ActorFacts | null> {
  const directory = deps.directories.all().find(({ id }) => id === account.directory);
  const self = (await directory?.readAccount(account)) ?? null;
  // Stryker disable next-line ConditionalExpression: without a directory nobody was read; the compiler wants it said
  return directory === undefined || self === null ? null : readActor(deps, directory, deps.configuration().roles, self);
}

/** Whether one of the roles is held no more: it was taken away, is in the configuration no more, or the account may do nothing. Not known is not lost. */
function isLost(noted: readonly string[], roles: readonly Role[], facts: ActorFacts | null): boolean {
  if (noted.length === 0) return false;
  if (facts === null || facts.barred !== null) return true;
  return noted.some((name) => {
    const role = roles.find((each) => each.name === name);
    return role === undefined || holdsStanding(role, facts) === false;
  });
}

async function note({ store, act }: ActDeps, row: SessionRow, roles: readonly Role[], facts: ActorFacts): Promise<void> {
  const held = roles.filter((role) => holdsStanding(role, facts) === true).map(({ name }) => name);
  const all = [...new Set([...row.roles, ...held])];
  // What is not known of a noted role is not confirmed.
  const readAt = row.roles.every((name) => held.includes(name)) ? act.at : (row.rolesReadAt ?? act.at);
  if (all.length > row.roles.length) await store.sessions.noteRoles(row.id, all, readAt);
  // That they are confirmed may be missing: they are asked about again the sooner.
  else if (readAt - (row.rolesReadAt ?? readAt) > CONFIRMED_FOR)
    await store.sessions.noteRoles(row.id, all, readAt).catch(unlessUnavailable);
}

/** Whoever comes second, as two nodes may find out at the same time, writes no second event. @returns whether sessions were ended here */
async function endForLostRole(deps: Pick<CoreDeps, 'store' | 'clock'>, account: AccountRef): Promise<boolean> {
  try {
    await deps.store.transaction(async (store) => {
      const count = await endAllSessions(deps, store, account, { because: 'role-lost', actor: { kind: 'system' } });
      if (count === 0) throw new AppError('session.ended');
    });
    return true;
  } catch (error) {
    if (!isAppError(error, 'session.ended')) throw error;
    return false;
  }
}
