import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { createManualClock } from '../../test/manual-clock.ts';
import { openTestStore, quietLog } from '../../test/store/fixture.ts';
import type { OutboxStore } from '../core/ports/outbox-store.ts';
import type { Store } from '../core/ports/store.ts';
import { createOutboxWorker, type OutboxWorker } from './outbox-worker.ts';

const SECOND = 1000;
const DAY = 86_400 * SECOND;
/** Seconds: for how long a node watches what another one is at, how far apart its looks are, and one for the turn it takes. */
const [LEASE, LOOK, TURN] = [60, 5, 1];

let store: Store | undefined;
const workers: OutboxWorker[] = [];
afterEach(async () => {
  await close();
});
async function close(): Promise<void> {
  for (const worker of workers.splice(0)) void worker.stop(0);
  await store?.close();
  store = undefined;
}

/** Milliseconds by which the clock of a node is ahead. */
const offset = fc.oneof(fc.integer({ min: -120 * SECOND, max: 120 * SECOND }), fc.constantFrom(-DAY, DAY, 0));
const message = fc.record({
  queuedBy: fc.nat(2),
  /** Seconds from the beginning until it is queued. */
  queuedAt: fc.nat(20),
  /** Seconds that its delivery takes: less than a node is left with it. */
  takes: fc.nat(LEASE - 10),
  /** Whoever begins its first deliveries dies in the middle of them. */
  deaths: fc.nat(2),
});
const world = fc.record({
  offsets: fc.array(offset, { minLength: 3, maxLength: 3 }),
  messages: fc.array(message, { minLength: 1, maxLength: 4 }),
});

it('each message is delivered once by nodes of any clocks, and once more for each that died at it, in bounded time', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ offsets, messages }) => {
      await run(offsets, messages);
    }),
    { numRuns: 15 },
  );
});

interface Delivery {
  readonly node: number;
  readonly from: number;
  /** When it ended, or the node died; null: it goes on. */
  until: number | null;
  died: boolean;
}

async function run(
  offsets: readonly number[],
  messages: readonly { queuedBy: number; queuedAt: number; takes: number; deaths: number }[],
): Promise<void> {
  const opened = await openTestStore('sqlite::memory:');
  store = opened;
  const base = createManualClock();
  const seconds = (): number => base.monotonic() / SECOND;
  const deliveries = messages.map((): Delivery[] => []);
  const dead = new Set<number>();
  const forever = (): Promise<never> => new Promise<never>(() => {});

  for (const [node, ahead] of offsets.entries()) {
    const clock = { ...base, now: () => base.now() + ahead, sleep: (span: number) => (dead.has(node) ? forever() : base.sleep(span)) };
    // Whoever is dead says nothing more to the database.
    const outbox = new Proxy(opened.outbox, {
      get:
        (target, verb: keyof OutboxStore) =>
        (...given: unknown[]) =>
          dead.has(node) ? forever() : (target[verb] as (...args: unknown[]) => unknown)(...given),
    });
    const deliver = async (payload: unknown): Promise<void> => {
      const { nth } = payload as { nth: number };
      const [mine, { takes, deaths }] = [deliveries[nth] as Delivery[], messages[nth] as (typeof messages)[number]];
      const delivery: Delivery = { node, from: seconds(), until: null, died: false };
      mine.push(delivery);
      // The first node lives on, so that there is one.
      if (node !== 0 && mine.filter(({ died }) => died).length < deaths) {
        dead.add(node);
        for (const each of deliveries.flat().filter((other) => other.node === node && other.until === null))
          Object.assign(each, { until: seconds(), died: true });
        return forever();
      }
      await clock.sleep(takes * SECOND);
      if (dead.has(node)) return forever();
      delivery.until = seconds();
    };
    const worker = createOutboxWorker({ outbox, clock, log: quietLog, handlers: { test: deliver } });
    workers.push(worker);
    worker.start();
  }

  const queue = async (nth: number, queuedBy: number): Promise<void> => {
    const now = base.now() + (offsets[queuedBy] ?? 0);
    const row = { id: `row-${nth}`, lane: 'code', kind: 'test', payload: JSON.stringify({ nth }), createdAt: now, runAt: now } as const;
    await opened.outbox.insert({ ...row, expiresAt: null });
  };
  // All deaths, one after the other, and every delivery.
  const end = 20 + 3 * (LEASE + LOOK + TURN) + LEASE;
  for (let second = 0; second <= end; second += 1) {
    for (const [nth, { queuedAt, queuedBy }] of messages.entries()) if (queuedAt === second) await queue(nth, queuedBy);
    for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    base.advance(SECOND);
  }

  for (const [nth, mine] of deliveries.entries()) {
    const { queuedAt } = messages[nth] as (typeof messages)[number];
    expect(mine.filter(({ died }) => !died)).toHaveLength(1);
    // In the order in which they began: none before the one ahead of it was over, and none later than is stated.
    let free = queuedAt;
    for (const [before, { from, until, died }] of mine.entries()) {
      expect(from).toBeGreaterThanOrEqual(free);
      expect(from - free).toBeLessThanOrEqual(before === 0 ? LOOK + TURN : LEASE + LOOK + TURN);
      expect(until).not.toBeNull();
      if (died) free = until ?? 0;
    }
    expect((await opened.outbox.find(`row-${nth}`))?.doneAt).not.toBeNull();
  }
  await close();
}
