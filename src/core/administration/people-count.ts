import { AppError, isAppError } from '../../../shared/errors.ts';
import type { Configuration } from '../configuration/document.ts';
import { parseStoredConfiguration } from '../configuration/parse-stored-configuration.ts';
import type { CoreDeps } from '../core-deps.ts';
import { countByRule, type LookedAt, lookAtEverybody, type PeopleNumbers } from '../enrolment/count-by-rule.ts';
import type { PeopleCountRow } from '../ports/people-count-store.ts';
import type { ProofRule } from '../proof/rules.ts';
import { randomId } from '../random-id.ts';
import { canBeVouchedFor } from '../vouching/approvers.ts';
import { createPeopleKeeper, lookedUpFor } from './counted-people.ts';

/** How often a count says how far it is, and looks whether it was cancelled. */
const TELL_EVERY = 1000;
/** A count that has said nothing for so long belongs to a node that has died. */
const SILENT_FOR = 2 * 60_000;

type Deps = Pick<CoreDeps, 'store' | 'keys' | 'log' | 'clock' | 'random' | 'directories' | 'background'>;

/** What is known of people by rule of proof. */
export interface PeopleCounts {
  /** The count that goes on, or went on last; null: there was none. */
  readonly latest: PeopleCountRow | null;
  /** The last one that came to its end. */
  readonly done: { readonly row: PeopleCountRow; readonly numbers: PeopleNumbers } | null;
  /** Version of the configuration in force. */
  readonly configuration: number;
}

/** Reads what was counted: two rows, whatever the number of people. */
export async function readPeopleCounts({ store }: Pick<Deps, 'store'>): Promise<PeopleCounts> {
  const [latest, row, current] = await Promise.all([
    store.peopleCounts.latest(),
    store.peopleCounts.lastDone(),
    store.configurations.current(),
  ]);
  const numbers = row?.numbers ?? null;
  return {
    latest,
    done: row === null || numbers === null ? null : { row, numbers: JSON.parse(numbers) as PeopleNumbers },
    configuration: current?.version ?? 0,
  };
}

/**
 * Begins to count everybody by the rules in force, beside the answer. Of all nodes one counts at a time: where a count goes on already,
 * that is waited for, and nothing is begun.
 * @param draft a configuration that is not in force: what its rules ask of people is looked up as well, so that it can be counted by
 * @returns a name for who waits, to leave by
 * @throws AppError `configuration.missing`
 */
export async function beginPeopleCount(deps: Deps, author: string, draft: Configuration | null): Promise<string> {
  const row = await deps.store.configurations.current();
  if (row === null) throw new AppError('configuration.missing');
  const { configuration } = parseStoredConfiguration(row);
  const [id, wait, begunAt] = [randomId(deps.random), randomId(deps.random), deps.clock.now()];
  const begun = await deps.store.peopleCounts.begin({ id, configuration: row.version, author, begunAt, wait }, begunAt - SILENT_FOR);
  const rules = [configuration, ...(draft === null ? [] : [draft])].flatMap(({ recovery, signIn }) => [...recovery.rules, ...signIn.rules]);
  if (begun) deps.background.run('people.count', (stopping) => count(deps, { configuration, rules, id }, stopping));
  return wait;
}

interface Counting {
  readonly configuration: Configuration;
  /** All that are to be counted by. */
  readonly rules: readonly ProofRule[];
  readonly id: string;
}

async function count(deps: Deps, { configuration, rules, id }: Counting, stopping: AbortSignal): Promise<void> {
  const { store, clock } = deps;
  let [looked, toldAt] = [0, clock.now()];
  const end = (how: { outcome: 'done' | 'cancelled' | 'failed'; problem?: string; numbers?: string }) =>
    store.peopleCounts.end(id, { problem: null, numbers: null, ...how, looked, now: clock.now() });
  const keeper = createPeopleKeeper(store, id);
  const onPortion = async (people: readonly LookedAt[]) => {
    looked += people.length;
    if (stopping.aborted) return false;
    await keeper.add(people);
    if (clock.now() - toldAt < TELL_EVERY) return true;
    toldAt = clock.now();
    return store.peopleCounts.progress(id, looked, toldAt);
  };
  // The rules of the version that it says it counts by, whatever comes into force meanwhile.
  const vouching = { ...deps, configuration: () => configuration };
  const directories = deps.directories.all();
  try {
    const alikes = await lookAtEverybody(deps, directories, {
      rules,
      canBeVouchedFor: (account) => canBeVouchedFor(vouching, account),
      onPortion,
    });
    // One that was cancelled elsewhere has ended already, and this changes nothing.
    if (alikes === null) return void (await end({ outcome: 'cancelled' }));
    const ids = directories.map((directory) => directory.id);
    await keeper.finish({ lookedUp: lookedUpFor(rules, ids), alikes });
    await end({ outcome: 'done', numbers: JSON.stringify(await countByRule(deps, configuration, alikes)) });
  } catch (error) {
    deps.log.warn('people.count-failed', { looked, error });
    await end({ outcome: 'failed', problem: isAppError(error) ? error.code : 'internal.unexpected' });
    if (!isAppError(error)) throw error;
  }
}

/** Somebody waits no more for the count that goes on: it is cancelled as by `cancelPeopleCount` unless somebody else does. */
export async function leavePeopleCount({ store, clock }: Pick<Deps, 'store' | 'clock'>, wait: string): Promise<void> {
  await store.peopleCounts.leave(wait, clock.now());
}

/**
 * Cancels the count that goes on, whoever waits for it, and whichever node it is on: that stops within a second or a portion of people.
 */
export async function cancelPeopleCount({ store, clock }: Pick<Deps, 'store' | 'clock'>): Promise<void> {
  await store.peopleCounts.cancel(clock.now());
}
