import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createManualClock } from '../../../test/manual-clock.ts';
import { createPaperDirectory } from '../../../test/paper-directory.ts';
import { sharedPostgres } from '../../../test/servers/shared-servers.ts';
import { intentRow, openTestStore, testKey } from '../../../test/store/fixture.ts';
import { systemRandom } from '../../platform/system-random.ts';
import { readLogEnd } from '../audit/log-end.ts';
import type { Account } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { prepareWrites } from './prepare-writes.ts';
import { runWrites, type WriteDeps } from './run-writes.ts';

const ALICE = { directory: 'cloud', id: 'a1', login: 'alice' } as unknown as Account;
const BOB = { directory: 'people', id: 'b1', login: 'bob' } as unknown as Account;

let one: Store;
let two: Store;
let url: string;
let drop: () => Promise<unknown> = () => Promise.resolve();
beforeAll(async () => {
  const database = await (await sharedPostgres()).createDatabase('several_writes');
  ({ drop, url } = database);
  const key = testKey('several-writes');
  one = await openTestStore(url, key);
  two = await openTestStore(url, key);
});
afterAll(async () => {
  await one?.close();
  await two?.close();
  await drop();
});

it('are begun for several accounts while another node begins one for one of them: neither waits for the other in a circle', async () => {
  const papers = [createPaperDirectory(ALICE, ['cloud']), createPaperDirectory(BOB, ['people'])];
  const clock = createManualClock();
  const deps: WriteDeps = {
    store: one,
    directories: {
      all: () => papers.map(({ directory }) => directory),
      get: (id) => (id === 'cloud' ? papers[0] : papers[1])?.directory as never,
    },
    clock: { ...clock, sleep: () => Promise.resolve() },
    random: systemRandom,
    log: { info() {}, warn() {}, error() {} },
    wakeOutbox() {},
  };
  const refs = [ALICE, BOB].map(({ directory, id }) => ({ directory, id }));
  const logEnd = await readLogEnd(one);
  const { prepared } = await prepareWrites(deps, refs);
  const nothing = () => Promise.resolve();
  const request = {
    ...{ accounts: prepared, logEnd, actor: { kind: 'self' as const }, proof: ['email' as const], journeyId: null, language: 'en' },
    ...{ unlock: false, consume: nothing, conclude: nothing },
  };
  const { promise: inserted, resolve: tell } = Promise.withResolvers<void>();
  const { promise: goOn, resolve: letGo } = Promise.withResolvers<void>();
  const other = two.transaction(async (store) => {
    // As a write that is begun: the intent, then the event that tells of it.
    expect(await store.intents.insert(intentRow({ directory: BOB.directory, accountId: BOB.id }))).toBe(true);
    tell();
    await goOn;
    await store.audit.append({ at: 1, type: 'test', data: '{}' });
  });
  await inserted;
  const writes = runWrites(deps, 'reset-password', request, (directory, target, options) => directory.resetPassword(target, 'x', options));
  // Until it waits for the account that the other one holds.
  await expect.poll(isWaiting).toBe(true);
  letGo();
  await other;
  expect((await writes).map(({ status, reason }) => [status, reason])).toEqual([
    ['done', undefined],
    ['failed', 'account.write-open'],
  ]);
});

/** Whether any statement in the database waits for a lock. */
async function isWaiting(): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const found = await client.query("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");
  await client.end();
  return found.rowCount !== 0;
}
