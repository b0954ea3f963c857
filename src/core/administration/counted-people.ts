import { AppError } from '../../../shared/errors.ts';
import { takesManagers } from '../accounts/judge-account.ts';
import type { LookedAt } from '../enrolment/count-by-rule.ts';
import type { Alike, Profile } from '../enrolment/people-profiles.ts';
import type { Membership, NamedScopes } from '../ports/membership.ts';
import type { PeopleCountStore } from '../ports/people-count-store.ts';
import { type ProofRule, scopesNamed } from '../proof/rules.ts';

/** People in one part of what is kept: some hundred kilobytes. */
const PORTION = 1000;
/** People who are named at once: those of a sort are found in the first so many parts that have any. */
export const NAMED = 10;
/** Of what is kept. Of another one nothing is known: people are counted again. */
const FORMAT = 2;

/** What a count asked of everybody, by directory: of what is not in it nothing is known. */
export interface LookedUp {
  readonly names: Readonly<Record<string, NamedScopes>>;
  readonly managers: boolean;
}

/** What a count has found besides its numbers: enough to count by other rules. */
export interface Counted {
  readonly lookedUp: LookedUp;
  /** Portions of people that are kept. */
  readonly portions: number;
  /** Those of a directory who are in the same groups and places share one membership. */
  readonly alikes: readonly Alike[];
  /** For each of them, the first portions of people in which they are. */
  readonly firstIn: readonly (readonly number[])[];
}

/** How it is kept: a membership that many share is there once, and they have its number. */
interface Kept extends Omit<Counted, 'alikes'> {
  readonly format: number;
  readonly memberships: readonly Membership[];
  readonly alikes: readonly {
    readonly profile: Omit<Profile, 'membership'>;
    readonly membership: number | null;
    readonly people: number;
  }[];
}

/** One person who was counted, as they are told to who may know. */
export interface CountedPerson {
  readonly directory: string;
  readonly login: string;
  readonly name: string;
  readonly location: string;
  /** With whom they are put together. */
  readonly alike: number;
}

/** What these rules ask of the people of these directories. */
export function lookedUpFor(rules: readonly ProofRule[], directories: readonly string[]): LookedUp {
  return { names: Object.fromEntries(directories.map((id) => [id, scopesNamed(rules, id)])), managers: takesManagers(rules) };
}

/** What rules ask for and a count has not looked up. */
export interface NotLookedUp {
  readonly places: readonly string[];
  readonly groups: readonly string[];
  readonly managers: boolean;
}

/** @returns null: all that the rules ask for was looked up */
export function notLookedUp({ names, managers }: LookedUp, rules: readonly ProofRule[]): NotLookedUp | null {
  const missing = (kind: 'places' | 'groups') =>
    Object.entries(names).flatMap(([id, known]) => scopesNamed(rules, id)[kind].filter((name) => !known[kind].includes(name)));
  const found = {
    places: [...new Set(missing('places'))],
    groups: [...new Set(missing('groups'))],
    managers: takesManagers(rules) && !managers,
  };
  return found.places.length + found.groups.length === 0 && !found.managers ? null : found;
}

type Parts = { readonly peopleCounts: Pick<PeopleCountStore, 'keepPart' | 'readPart'> };

/** Keeps who was counted, in portions: part 0 is what was found of all of them, the people come after it. */
export function createPeopleKeeper({ peopleCounts }: Parts, count: string) {
  let people: CountedPerson[] = [];
  let part = 0;
  const firstIn: number[][] = [];
  const flush = async () => {
    if (people.length === 0) return;
    part += 1;
    const kept = JSON.stringify(people);
    people = [];
    await peopleCounts.keepPart(count, part, kept);
  };
  return {
    async add(looked: readonly LookedAt[]): Promise<void> {
      for (const { account, alike } of looked) {
        const { directory, login, displayName: name, location } = account;
        people.push({ directory, login, name, location, alike });
        const places = firstIn[alike] ?? [];
        firstIn[alike] = places;
        if (places.at(-1) !== part + 1 && places.length < NAMED) places.push(part + 1);
      }
      if (people.length >= PORTION) await flush();
    },
    async finish({ lookedUp, alikes }: Pick<Counted, 'lookedUp' | 'alikes'>): Promise<void> {
      await flush();
      const numbers = new Map<Membership, number>();
      const numberOf = (membership: Membership): number => {
        const number = numbers.get(membership) ?? numbers.size;
        numbers.set(membership, number);
        return number;
      };
      const kept: Kept = {
        ...{ format: FORMAT, lookedUp, portions: part },
        alikes: alikes.map(({ profile: { membership, ...profile }, people }) => ({
          ...{ profile, people, membership: membership === null ? null : numberOf(membership) },
        })),
        memberships: [...numbers.keys()],
        firstIn: alikes.map((_, index) => firstIn[index] ?? []),
      };
      await peopleCounts.keepPart(count, 0, JSON.stringify(kept));
    },
  };
}

/**
 * What a count has found; null: it is there no more, as another one came to its end or it is too old, or another release has kept it otherwise.
 * @throws AppError `store.undecryptable`
 */
export async function readCounted({ peopleCounts }: Parts, count: string): Promise<Counted | null> {
  const part = await peopleCounts.readPart(count, 0);
  if (part === null) return null;
  const { format, memberships, alikes, ...counted } = JSON.parse(part) as Kept;
  if (format !== FORMAT) return null;
  return {
    ...counted,
    alikes: alikes.map(({ profile, membership, people }) => ({
      profile: { ...profile, membership: membership === null ? null : (memberships[membership] as Membership) },
      people,
    })),
  };
}

/**
 * Those who were counted, some at a time.
 * @param portions which of them, in their order
 * @throws AppError `store.undecryptable`; `store.unavailable` when it is deleted meanwhile, as another count has come to its end
 */
export async function* readCountedPeople(
  { peopleCounts }: Parts,
  count: string,
  portions: readonly number[],
): AsyncGenerator<readonly CountedPerson[]> {
  for (const part of portions) {
    const kept = await peopleCounts.readPart(count, part);
    if (kept === null) throw new AppError('store.unavailable', { reason: 'counted-anew' });
    yield JSON.parse(kept) as CountedPerson[];
  }
}
