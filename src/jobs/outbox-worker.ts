import { type ErrorCode, isAppError } from '../../shared/errors.ts';
import type { OutboxLane, OutboxRow, OutboxStore, QueuedRow } from '../core/ports/outbox-store.ts';
import type { Clock, Log } from '../core/ports/platform.ts';
import { watchHeld } from './held-rows.ts';
import { MOST_TRIES, nextTry, RETRY_POLICIES, UNEXPECTED_TRIES } from './retry-policy.ts';

/** What a handler learns besides the payload. `id` never changes between tries: use it to make duplicates recognisable. */
export interface OutboxContext {
  id: string;
  /** Tries so far, this one included. */
  attempts: number;
  createdAt: number;
}

/**
 * Does the work of one kind. May be called again for work that was done already (the process died before it could say so).
 * @throws AppError `mail.refused`, `sms.refused`, `sms.outcome-unknown` or `request.malformed` (the payload does not fit) when no later try
 * can succeed or may be made; anything else is tried again
 */
export type OutboxHandler = (payload: unknown, context: OutboxContext) => Promise<void>;

/**
 * Turns work of one kind into the work that takes its place; none: there is nothing to do. May be called again, as a handler may.
 * @throws AppError as a handler does
 */
export type OutboxComposer = (payload: unknown) => Promise<readonly Omit<QueuedRow, 'id'>[]>;

export interface LaneSettings {
  /** Rows worked on at once by this node. */
  concurrency: number;
  /**
   * Milliseconds for which another worker must have watched a row that somebody is at before it takes it over. Must be longer than the longest
   * run of a handler.
   */
  leaseMilliseconds: number;
}

export interface OutboxWorkerDeps {
  outbox: OutboxStore;
  clock: Clock;
  log: Log;
  /** By `kind` of the row. */
  handlers: Readonly<Record<string, OutboxHandler>>;
  /** By `kind` of the row, for kinds that have no handler. */
  composers?: Readonly<Record<string, OutboxComposer>>;
  lanes?: Partial<Record<OutboxLane, Partial<LaneSettings>>>;
  /** How often each lane looks for due work without being kicked; 1,000 unless told. */
  pollMilliseconds?: number;
}

export interface OutboxWorker {
  start(): void;
  /** Looks for work now: call it after the transaction that wrote the row is committed. All lanes unless one is named. */
  kick(lane?: OutboxLane): void;
  /**
   * Takes nothing more and waits for what runs, `graceMilliseconds` at most (10,000). What is not ready by then is taken over
   * by another worker once that has watched it for its lease. True when everything was ready.
   */
  stop(graceMilliseconds?: number): Promise<boolean>;
}

const LANES: readonly OutboxLane[] = ['code', 'notice', 'bulk'];

/** Milliseconds from one look at what others are at to the next. */
const LOOK_AT_HELD_EVERY = 5000;

/** Together fewer than the SMTP channel has connections to a server, so that no lane waits for another one there either. */
const DEFAULT_LANES: Readonly<Record<OutboxLane, LaneSettings>> = {
  code: { concurrency: 6, leaseMilliseconds: 60_000 },
  notice: { concurrency: 3, leaseMilliseconds: 60_000 },
  bulk: { concurrency: 2, leaseMilliseconds: 60_000 },
};

const PERMANENT: readonly ErrorCode[] = ['mail.refused', 'sms.refused', 'sms.outcome-unknown', 'request.malformed', 'store.undecryptable'];

interface Lane extends LaneSettings {
  name: OutboxLane;
  looking: Promise<void> | null;
  lookAgain: boolean;
  /** More may be due than there was room for. */
  mayHaveMore: boolean;
  /** Places kept for rows that are about to be taken. */
  kept: number;
}

/**
 * Works off the outbox: at least once, each lane on its own, safe with any number of nodes. Everything is in the database:
 * a restart loses nothing, and a row whose worker died is taken over by one that has watched it for its lease, whatever the clocks of the
 * two say (decision 0138).
 */
export function createOutboxWorker(deps: OutboxWorkerDeps): OutboxWorker {
  const { outbox, clock, log } = deps;
  const lanes = LANES.map(
    (name): Lane => ({ ...DEFAULT_LANES[name], ...deps.lanes?.[name], name, looking: null, lookAgain: false, mayHaveMore: false, kept: 0 }),
  );
  /** Rows of this node by id, so that one that outlives its lease is not worked on twice here. */
  const running = new Map<string, { lane: OutboxLane; work: Promise<void> }>();
  const ripeOf = watchHeld({ outbox, clock }, (lane) => lanes.find(({ name }) => name === lane)?.leaseMilliseconds ?? 0);
  let takingOver: Promise<void> | null = null;
  let state: 'new' | 'running' | 'stopped' = 'new';

  function freeIn(lane: Lane): number {
    const used = [...running.values()].filter((entry) => entry.lane === lane.name).length;
    return Math.max(0, lane.concurrency - used - lane.kept);
  }

  async function takeFor(lane: Lane): Promise<void> {
    const free = freeIn(lane);
    lane.mayHaveMore = true;
    if (free === 0) return;
    const now = clock.now();
    try {
      const rows = await outbox.take(lane.name, now, now + lane.leaseMilliseconds, free);
      lane.mayHaveMore = rows.length === free;
      for (const row of rows) begin(lane, row);
    } catch (error) {
      log.error('outbox.take-failed', { lane: lane.name, error });
    }
  }

  /** Goes on with what a worker has left that is dead, and with what a clock that was ahead has put off. */
  async function takeOver(): Promise<void> {
    try {
      const ripe = await ripeOf((id) => running.has(id));
      for (const lane of lanes) {
        const mine = ripe.filter((row) => row.lane === lane.name).slice(0, freeIn(lane));
        if (mine.length === 0 || state !== 'running') continue;
        lane.kept += mine.length;
        try {
          const rows = await outbox.takeOver(mine, clock.now() + lane.leaseMilliseconds);
          for (const row of rows) begin(lane, row);
        } finally {
          lane.kept -= mine.length;
        }
      }
    } catch (error) {
      log.error('outbox.take-failed', { error });
    }
  }

  function look(lane: Lane): void {
    lane.lookAgain = true;
    lane.looking ??= lookWhileNeeded(lane).finally(() => {
      lane.looking = null;
    });
  }

  async function lookWhileNeeded(lane: Lane): Promise<void> {
    while (lane.lookAgain && state === 'running') {
      lane.lookAgain = false;
      // Every free place is filled; one that gets free looks again where more may be due.
      await takeFor(lane);
    }
  }

  async function allDone(): Promise<true> {
    for (;;) {
      const waiting = [takingOver, ...lanes.map((lane) => lane.looking), ...[...running.values()].map((entry) => entry.work)].filter(
        (work) => work !== null,
      );
      if (waiting.length === 0) return true;
      await Promise.all(waiting);
    }
  }

  function begin(lane: Lane, row: OutboxRow): void {
    if (running.has(row.id)) return;
    const work = handle(lane, row)
      .catch((error: unknown) => log.error('outbox.row-not-closed', { id: row.id, kind: row.kind, error }))
      .then(() => {
        running.delete(row.id);
        if (lane.mayHaveMore) look(lane);
      });
    running.set(row.id, { lane: lane.name, work });
  }

  async function handle(lane: Lane, row: OutboxRow): Promise<void> {
    if (row.expiresAt !== null && row.expiresAt <= clock.now()) return giveUp(row, 'expired');
    if (row.attempts > MOST_TRIES) return giveUp(row, 'exhausted');
    const payload = parse(row.payload);
    if (payload === undefined) return giveUp(row, 'request.malformed');
    const handler = deps.handlers[row.kind];
    const composer = deps.composers?.[row.kind];
    // Another node, of a newer release, may know the kind: not given up at once.
    if (handler === undefined && composer === undefined) return retry(row, 'outbox.kind-unknown');
    let instead: readonly Omit<QueuedRow, 'id'>[] = [];
    try {
      if (handler !== undefined) await handler(payload.value, { id: row.id, attempts: row.attempts, createdAt: row.createdAt });
      else instead = (await composer?.(payload.value)) ?? [];
    } catch (error) {
      return failed(row, error);
    }
    if (instead.length === 0) await outbox.done(row.id, clock.now());
    else await goOn(lane, row, instead);
  }

  /**
   * The first of what takes the place of a row is worked on at once, in the same place, and others in those that are free, without being
   * looked for. The rest waits for its turn.
   */
  async function goOn(lane: Lane, row: OutboxRow, instead: readonly Omit<QueuedRow, 'id'>[]): Promise<void> {
    const more = state === 'running' && instead.every((each) => each.lane === lane.name) ? Math.min(freeIn(lane), instead.length - 1) : 0;
    lane.kept += more;
    let taken: OutboxRow[];
    try {
      taken = await outbox.replace(row, instead, { until: clock.now() + lane.leaseMilliseconds, most: 1 + more });
    } finally {
      lane.kept -= more;
    }
    const [first, ...others] = taken;
    if (first === undefined) return;
    for (const other of others) begin(lane, other);
    if (taken.length < instead.length) look(lane);
    await handle(lane, first);
  }

  async function failed(row: OutboxRow, error: unknown): Promise<void> {
    const problem = isAppError(error) ? error.code : 'internal.unexpected';
    if (problem === 'internal.unexpected') log.error('outbox.handler-failed', { id: row.id, kind: row.kind, error });
    if (isAppError(error, ...PERMANENT)) return giveUp(row, problem);
    if (problem === 'internal.unexpected' && row.attempts >= UNEXPECTED_TRIES) return giveUp(row, problem);
    await retry(row, problem);
  }

  async function retry(row: OutboxRow, problem: string): Promise<void> {
    const next = nextTry(RETRY_POLICIES[row.lane], row, clock.now());
    if ('over' in next) return giveUp(row, next.over === 'expired' ? 'expired' : problem);
    log.info('outbox.retry-later', { ...factsOf(row), problem, runAt: new Date(next.runAt).toISOString() });
    await outbox.retry(row, next.runAt, problem);
  }

  async function giveUp(row: OutboxRow, problem: string): Promise<void> {
    log.warn('outbox.given-up', { ...factsOf(row), problem });
    await outbox.giveUp(row, clock.now(), problem);
  }

  function kick(name?: OutboxLane): void {
    for (const lane of lanes) {
      if (name === undefined || lane.name === name) look(lane);
    }
  }

  return {
    start() {
      if (state !== 'new') return;
      state = 'running';
      const poll = async () => {
        let lookedAt = -Infinity;
        while (state === 'running') {
          kick();
          if (takingOver === null && clock.monotonic() - lookedAt >= LOOK_AT_HELD_EVERY) {
            lookedAt = clock.monotonic();
            takingOver = takeOver().finally(() => {
              takingOver = null;
            });
          }
          await clock.sleep(deps.pollMilliseconds ?? 1000);
        }
      };
      poll().catch((error: unknown) => log.error('outbox.poll-ended', { error }));
    },
    kick,
    async stop(graceMilliseconds = 10_000) {
      state = 'stopped';
      return Promise.race([allDone(), clock.sleep(graceMilliseconds).then(() => running.size === 0)]);
    },
  };
}

function factsOf(row: OutboxRow): Record<string, unknown> {
  return { id: row.id, kind: row.kind, lane: row.lane, attempts: row.attempts };
}

/** Wrapped, because `null` is good JSON. */
function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
