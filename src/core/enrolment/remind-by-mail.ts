import { isAppError } from '../../../shared/errors.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Account, Directory } from '../ports/directory.ts';
import type { Walk } from '../ports/enrolment-ask-store.ts';
import { randomId } from '../random-id.ts';
import { createWatch, type WatchedRow } from '../watch-rows.ts';
import { queueReminder } from './queue-reminder.ts';
import type { AskedFor } from './requirement.ts';
import { walkRequirements } from './walk-requirements.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A directory is looked through once in this time. */
const OFTEN = 20 * HOUR;
/** A node that looks one through says so again and again; one that has not for so long has died, and is taken over from. */
const LEASE = 5 * 60_000;

type Deps = Pick<CoreDeps, 'store' | 'keys' | 'log' | 'clock' | 'random' | 'configuration' | 'directories' | 'wakeOutbox'>;

/**
 * Reminds by mail whoever could not recover their account, as `enrolment.required` says, a directory once a day. Any number of nodes may
 * do so: one of them looks a directory through, and each mail is counted in the transaction that queues it. Whether a node has died is told
 * by watching what it is at, and not by its clock.
 * @returns does so once; how many mails were queued
 */
export function createReminders(deps: Deps): () => Promise<number> {
  const watch = createWatch<Walk & WatchedRow>(deps.clock);
  return async () => {
    if (deps.configuration().enrolment.required.every(({ ask, mails }) => ask === 'never' || mails === undefined)) return 0;
    const walks = await watch(async () => {
      const begun = await deps.store.enrolmentAsks.walks();
      return begun.map((walk) => ({ ...walk, id: walk.directory, mark: `${walk.holder} ${walk.leaseUntil}` }));
    });
    let reminded = 0;
    for (const directory of deps.directories.all()) {
      const left = walks.find((walk) => walk.directory === directory.id && walk.unchangedFor >= LEASE);
      const holder = randomId(deps.random);
      const now = deps.clock.now();
      const times = { now, leaseUntil: now + LEASE, notSince: now - OFTEN };
      if (!(await deps.store.enrolmentAsks.takeWalk(directory.id, holder, times, left))) continue;
      try {
        reminded += await remindIn(deps, directory, holder);
      } catch (error) {
        // Begun again when it was watched for long enough: nobody is told twice.
        if (!isAppError(error)) throw error;
        deps.log.warn('enrolment.reminding-broken-off', { directory: directory.id, error });
      }
    }
    if (reminded > 0) deps.wakeOutbox('bulk');
    return reminded;
  };
}

async function remindIn(deps: Deps, directory: Directory, holder: string): Promise<number> {
  let reminded = 0;
  let keptAt = deps.clock.now();
  const toEnd = await walkRequirements(deps, deps.configuration(), directory, {
    async onPerson(account, requirement) {
      if (requirement.ask !== 'nothing' && (await remind(deps, account, requirement))) reminded += 1;
    },
    async onPortion() {
      const now = deps.clock.now();
      if (now - keptAt < LEASE / 5) return true;
      keptAt = now;
      return deps.store.enrolmentAsks.keepWalk(directory.id, holder, now + LEASE);
    },
  });
  if (toEnd) await deps.store.enrolmentAsks.endWalk(directory.id, holder, deps.clock.now());
  return reminded;
}

/** Nobody is told what may not be so: where something is not known, they are asked when they sign in. */
async function remind(deps: Deps, account: Account, { rule, deadline, uncertain, stuck }: AskedFor): Promise<boolean> {
  if (rule.mails === undefined || uncertain || stuck !== null) return false;
  const { everyDays, atMost } = rule.mails;
  // Some hours less, as the time of the day at which a directory is looked through wanders.
  const notSince = deps.clock.now() - everyDays * DAY + OFTEN / 5;
  return queueReminder(deps, account, { actor: { kind: 'system' }, rule: rule.name, deadline, notSince, atMost, lane: 'bulk' });
}
