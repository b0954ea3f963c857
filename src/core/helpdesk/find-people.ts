import { AppError, isAppError } from '../../../shared/errors.ts';
import { type EnrolledFilter, EXPIRING_DAYS, isEnrolledAs } from '../../../shared/people-filters.ts';
import { type Caller, isApiToken, readCaller } from '../access/caller.ts';
import { canSee, canStanding } from '../access/can.ts';
import { readHolder } from '../access/read-access-facts.ts';
import type { Role } from '../access/roles.ts';
import { factorsOf } from '../enrolment/factors-of.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Account, Directory, SearchRequest } from '../ports/directory.ts';

/** People on a page of a directory, and so as many at least on one of the list, where there are more. */
export const PAGE_OF_PEOPLE = 25;
/** Pages of a directory of whose people somebody may be seen that are read for one page of the list at most. */
const MOST_READ = 4;
/** People on pages of nobody who may be seen that are read past for one page of the list: a list of nobody is no reason to read a directory. */
const MOST_BEYOND = 2000;
/** Characters that a place in any directory fits in: how long it is would tell something. */
const PLACE = 40;
const DAY = 24 * 3_600_000;
/** Directories tell of so many at once whether they are in scope. */
const AT_ONCE = 8;

export interface WantedPeople {
  readonly directory: string;
  readonly text?: string | undefined;
  readonly filter?: SearchRequest['filter'] | undefined;
  /** With filter `expiring`: whose password ends within so many days; two weeks unless told. */
  readonly days?: number | undefined;
  /** Only who is at this place of the directory or below it. */
  readonly place?: string | undefined;
  /** Of the page before, of the same search. */
  readonly cursor?: string | undefined;
  /** By what is enrolled for them. */
  readonly enrolled?: EnrolledFilter | undefined;
  readonly pageSize?: number;
}

export interface FoundPeople {
  readonly people: Account[];
  /** There may be more; null: there are none. */
  readonly cursor: string | null;
  /** Of some people of the directory, whoever was looked for, it does not tell whether they are in the state that was asked for. */
  readonly untold: boolean;
  /** So many were read past, none of whom may be seen, that no more were read. */
  readonly isOfNobody: boolean;
}

/** The directories in which the roles of an agent, or the token of a program, let them see somebody at all, and whether they may have some reminded. @throws AppError `access.refused`, `directory.*` */
export async function directoriesToSearch(deps: ActDeps, caller: Caller): Promise<{ directory: Directory; reminds: boolean }[]> {
  const see = await seeing(deps, caller);
  // A program reminds nobody.
  const { roles } = deps.configuration();
  const reminding = isApiToken(caller) ? [] : roles.filter((role) => canStanding([role], see.actor, 'remind-people', null).allowed);
  return deps.directories
    .all()
    .filter(({ id }) => reaches(see.roles, id))
    .map((directory) => ({ directory, reminds: reaches(reminding, directory.id) }));
}

/**
 * One page of the people whom an agent or a program may see, live from one directory (HELP-1). Whoever is out of scope is not in it and is not
 * counted, as if they did not exist; of whom it cannot be told whether they are in scope, neither. A directory of which nobody is in
 * scope is not asked, and is as one that does not exist. A place that is not there is as one at which nobody is in scope: else names of
 * places would be tried out beyond the scope.
 * @throws AppError `access.refused`, `request.malformed` for a cursor that no page of this search had, `directory.cannot-filter`,
 *   `directory.place-missing` to who may see everybody in the directory, `directory.*`
 */
export async function findPeople(deps: ActDeps, caller: Caller, wanted: WantedPeople): Promise<FoundPeople> {
  const see = await seeing(deps, caller);
  const directory = deps.directories.all().find(({ id }) => id === wanted.directory);
  if (directory === undefined || !reaches(see.roles, directory.id)) throw new AppError('access.refused');
  const { text, filter, place, enrolled, pageSize = PAGE_OF_PEOPLE } = wanted;
  if (filter !== undefined && !directory.abilities.finds.includes(filter))
    throw new AppError('directory.cannot-filter', { directory: directory.id, filter });
  if (place !== undefined && directory.abilities.findsBelowPlaces !== true)
    throw new AppError('directory.cannot-filter', { directory: directory.id, filter: 'place' });
  const people: Account[] = [];
  let cursor = placeIn(deps, wanted);
  let untold = false;
  let [read, beyond] = [0, 0];
  while (read < MOST_READ && beyond < MOST_BEYOND) {
    const page = await searchOrNone(directory, see.roles, {
      ...(text === undefined || text.trim() === '' ? {} : { text }),
      ...(filter === undefined ? {} : { filter }),
      ...(filter === 'expiring' ? { within: (wanted.days ?? EXPIRING_DAYS) * DAY } : {}),
      ...(place === undefined ? {} : { place }),
      // Pages end where those of the directory do: a cursor is one of its own.
      ...{ pageSize, ...(cursor === null ? {} : { cursor }) },
    });
    const visible = await visibleAmong(directory, page.accounts, see);
    people.push(...(await enrolledAmong(deps, visible, enrolled)));
    cursor = page.cursor;
    untold ||= page.untold === true;
    // A list that ends early for who is out of scope would tell how many they are, and so would a page of nobody with another one behind it.
    if (cursor === null || people.length >= pageSize) break;
    if (visible.length === 0 && page.accounts.length > 0) beyond += page.accounts.length;
    else read += 1;
  }
  const isOfNobody = read === 0 && beyond >= MOST_BEYOND;
  return {
    people,
    untold,
    isOfNobody,
    cursor: cursor === null ? null : deps.keys.seal('people-cursor', searchOf(wanted), cursor.padEnd(PLACE)),
  };
}

/**
 * Where in a directory a page begins; null: at its beginning. Directories tell a place by who stands there, or by how many stand before
 * it, so that it says something of people whom who asks may not see; and one that was made up would have a whole directory read.
 */
function placeIn({ keys }: ActDeps, wanted: WantedPeople): string | null {
  if (wanted.cursor === undefined) return null;
  const place = keys.open('people-cursor', searchOf(wanted), wanted.cursor);
  if (place === null) throw new AppError('request.malformed', { path: 'cursor' });
  return place.trimEnd();
}

/** What a cursor belongs to: of another search it would be another place. */
function searchOf({ directory, text = '', filter, days = EXPIRING_DAYS, place, pageSize = PAGE_OF_PEOPLE }: WantedPeople): string {
  return JSON.stringify([directory, text.trim(), filter ?? null, days, place ?? null, pageSize]);
}

/** By what an agent sees people. */
type Seeing = Awaited<ReturnType<typeof seeing>>;

async function seeing(deps: ActDeps, caller: Caller) {
  const who = await readCaller(deps, caller);
  const roles = who?.roles.filter((role) => role.may.includes('see-people') && canSee([role], who.actor, null).allowed) ?? [];
  if (who === null || roles.length === 0) throw new AppError('access.refused');
  return { actor: who.actor, roles };
}

/** A page of the directory. Of a place that is not there nobody but who may see everybody is told so. */
async function searchOrNone(directory: Directory, roles: readonly Role[], request: SearchRequest): ReturnType<Directory['search']> {
  try {
    return await directory.search(request);
  } catch (error) {
    if (!isAppError(error, 'directory.place-missing') || reachesAll(roles, directory.id)) throw error;
    // What the directory does not tell of anybody it tells of nobody there either.
    const { place: _, cursor: __, ...everywhere } = request;
    const { untold } = await directory.search({ ...everywhere, pageSize: 1 });
    return { accounts: [], cursor: null, ...(untold === true ? { untold } : {}) };
  }
}

/** Whether roles are over everybody in a directory, wherever they are. */
function reachesAll(roles: readonly Role[], directory: string): boolean {
  return reaches(
    roles.filter(({ over }) => over !== undefined && over.places === undefined && over.groups === undefined),
    directory,
  );
}

/** Whether roles are over somebody in a directory at all. */
function reaches(roles: readonly Role[], directory: string): boolean {
  return roles.some(({ over }) => over?.directories?.includes(directory) ?? true);
}

async function visibleAmong(directory: Directory, accounts: readonly Account[], { actor, roles }: Seeing): Promise<Account[]> {
  return only(accounts, async (account) => canSee(roles, actor, await readHolder(directory, roles, account)).allowed);
}

async function enrolledAmong(deps: ActDeps, accounts: readonly Account[], enrolled: EnrolledFilter | undefined): Promise<Account[]> {
  if (enrolled === undefined) return [...accounts];
  return only(accounts, async (account) =>
    isEnrolledAs(
      enrolled,
      (await factorsOf(deps, account)).map(({ kind }) => kind),
    ),
  );
}

/** Those of whom something is so, in their order. */
async function only(accounts: readonly Account[], isSo: (account: Account) => Promise<boolean>): Promise<Account[]> {
  const kept: Account[] = [];
  for (let from = 0; from < accounts.length; from += AT_ONCE) {
    const some = accounts.slice(from, from + AT_ONCE);
    const judged = await Promise.all(some.map(isSo));
    kept.push(...some.filter((_, index) => judged[index]));
  }
  return kept;
}
