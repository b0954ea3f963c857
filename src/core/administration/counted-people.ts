import { AppError } from '../../../shared/errors.ts';
import { takesManagers } from '../accounts/judge-account.ts';
import type { LookedAt } from '../enrolment/count-by-rule.ts';
import type { Alike } from '../enrolment/people-profiles.ts';
import type { NamedScopes } from '../ports/membership.ts';
import type { PeopleCountStore } from '../ports/people-count-store.ts';
import { type ProofRule, scopesNamed } from '../proof/rules.ts';

/** People in one part of what is kept: some hundred kilobytes. */
const PORTION = 1000;

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
  readonly alikes: readonly Alike[];
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
      }
      if (people.length >= PORTION) await flush();
    },
    async finish(found: Omit<Counted, 'portions'>): Promise<void> {
      await flush();
      const counted: Counted = { ...found, portions: part };
      await peopleCounts.keepPart(count, 0, JSON.stringify(counted));
    },
  };
}

/** What a count has found; null: it is there no more, as another one came to its end or it is too old. @throws AppError `store.undecryptable` */
export async function readCounted({ peopleCounts }: Parts, count: string): Promise<Counted | null> {
  const kept = await peopleCounts.readPart(count, 0);
  return kept === null ? null : (JSON.parse(kept) as Counted);
}

/**
 * Everybody who was counted, some at a time.
 * @throws AppError `store.undecryptable`; `store.unavailable` when it is deleted meanwhile, as another count has come to its end
 */
export async function* readCountedPeople(
  { peopleCounts }: Parts,
  count: string,
  { portions }: Pick<Counted, 'portions'>,
): AsyncGenerator<readonly CountedPerson[]> {
  for (let part = 1; part <= portions; part += 1) {
    const kept = await peopleCounts.readPart(count, part);
    if (kept === null) throw new AppError('store.unavailable', { reason: 'counted-anew' });
    yield JSON.parse(kept) as CountedPerson[];
  }
}
