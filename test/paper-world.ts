import { randomBytes } from 'node:crypto';
import { AppError } from '../shared/errors.ts';
import { readLogEnd } from '../src/core/audit/log-end.ts';
import type { Account } from '../src/core/ports/directory.ts';
import type { WriteIntent, WriteRequest, WriteResult, WriteVerb } from '../src/core/writes/directory-write.ts';
import type { Execute } from '../src/core/writes/execute-write.ts';
import { prepareWrites } from '../src/core/writes/prepare-writes.ts';
import { runWrites, type WriteDeps } from '../src/core/writes/run-writes.ts';
import { systemRandom } from '../src/platform/system-random.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { createPaperDirectory, type PaperDirectory } from './paper-directory.ts';
import { openTestStore, testKey } from './store/fixture.ts';

export const ALICE = { directory: 'people', id: 'a1', login: 'alice' } as unknown as Account;
export const REF = { directory: 'people', id: 'a1' };
const BOB = { directory: 'cloud', id: 'b1', login: 'bob' } as unknown as Account;
export const OTHER = { directory: 'cloud', id: 'b1' };

/** Two directories on paper, a real store, and a clock that stands: what writes are run over. */
export interface PaperWorld {
  store: Awaited<ReturnType<typeof openTestStore>>;
  clock: ManualClock;
  /** Of the directory `people`, with the account {@link REF}. */
  paper: PaperDirectory;
  /** Of the directory `cloud`, with the account {@link OTHER}. */
  cloud: PaperDirectory;
  /** How long was waited, in milliseconds, one after the other. */
  slept: number[];
  /** Lanes of the outbox. */
  woken: string[];
  /** What was warned of. */
  logged: { event: string; fields: object | undefined }[];
}

/**
 * Opens one, in which nothing has happened. Close its store.
 * @param kept what is stored goes on from there: quicker than a store of its own, where something is tried many times
 */
export async function openPaperWorld(kept?: PaperWorld['store']): Promise<PaperWorld> {
  const store = kept ?? (await openTestStore('sqlite::memory:', testKey(randomBytes(4).toString('hex'))));
  const [paper, cloud] = [createPaperDirectory(ALICE), createPaperDirectory(BOB, ['cloud'])];
  return { store, clock: createManualClock(), paper, cloud, slept: [], woken: [], logged: [] };
}

/** What the writes of a world are run with. */
export function writeDeps({ store, clock, paper, cloud, slept, woken, logged }: PaperWorld): WriteDeps {
  return {
    store,
    directories: {
      all: () => [paper.directory, cloud.directory],
      get: (id) => {
        if (id === 'people') return paper.directory;
        if (id === 'cloud') return cloud.directory;
        throw new AppError('directory.not-configured');
      },
    },
    clock: { ...clock, sleep: (milliseconds) => Promise.resolve(void slept.push(milliseconds)) },
    random: systemRandom,
    log: {
      info: () => {},
      warn: (event, fields) => void logged.push({ event, fields }),
      error: (event, fields) => void logged.push({ event, fields }),
    },
    wakeOutbox: (lane) => void woken.push(lane),
  };
}

const reset: Execute = (directory, target, options) => directory.resetPassword(target, 'x', options);

/** Resets the password of some accounts, or what else is told. */
export async function runOnPaper(
  world: PaperWorld,
  verb: WriteVerb = 'reset-password',
  changes: Partial<WriteRequest & { unlock: boolean }> = {},
  refs = [REF],
): Promise<WriteResult[]> {
  const deps = writeDeps(world);
  const logEnd = await readLogEnd(world.store);
  const { prepared } = await prepareWrites(deps, refs);
  const nothing = () => Promise.resolve();
  const common = { actor: { kind: 'journey' } as never, proof: ['email' as const], journeyId: null, language: 'de' };
  return runWrites(
    deps,
    verb,
    { accounts: prepared, logEnd, ...common, unlock: verb === 'unlock-account', consume: nothing, conclude: nothing, ...changes },
    reset,
  );
}

/** What is in the audit log, from an end of it on. */
export const eventsOf = async ({ store }: PaperWorld, logEnd = 0) =>
  (await store.audit.read(logEnd, 100)).map(({ type, data }) => ({ type, ...(JSON.parse(data) as object) }));

/** What tests of writes ask of the world that is open at the time. */
export function onPaper(world: () => PaperWorld) {
  const run = (verb?: WriteVerb, changes?: Parameters<typeof runOnPaper>[2]) => runOnPaper(world(), verb, changes);
  const events = () => eventsOf(world());
  return {
    ...{ run, events, deps: () => writeDeps(world()) },
    one: async (...parameters: Parameters<typeof run>) => (await run(...parameters))[0] as WriteResult,
    types: async () => (await events()).map(({ type }) => type),
    storedIntent: async (id: string) => JSON.parse((await world().store.intents.find(id))?.facts ?? 'null') as WriteIntent,
  };
}
