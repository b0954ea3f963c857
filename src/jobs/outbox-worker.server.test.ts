import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import type { SenderOptions } from '../../test/jobs/send-until-killed.ts';
import { createManualClock, type ManualClock } from '../../test/manual-clock.ts';
import { createScratchFolder, removeScratchFolder } from '../../test/servers/scratch.ts';
import { type SmtpServer, startSmtp } from '../../test/servers/smtp.ts';
import { createSmtpMailer, type SmtpMailer } from '../channels/smtp.ts';
import type { MailSettings } from '../core/configuration/mail-section.ts';
import { createMailDelivery } from '../core/notify/deliver-mail.ts';
import type { OutboxLane, OutboxRow } from '../core/ports/outbox-store.ts';
import type { Store } from '../core/ports/store.ts';
import { createStore } from '../store/create-store.ts';
import { createOutboxWorker, type OutboxHandler, type OutboxWorker, type OutboxWorkerDeps } from './outbox-worker.ts';

const keyHex = '07'.repeat(32);
const warnings: { event: string; facts: Record<string, unknown> | undefined }[] = [];
const log = { info() {}, warn: (event: string, facts?: Record<string, unknown>) => void warnings.push({ event, facts }), error() {} };

let folder: string;
let clock: ManualClock;
let store: Store;
const stores: Store[] = [];
const workers: OutboxWorker[] = [];
const mailers: SmtpMailer[] = [];
const servers: SmtpServer[] = [];

const ownKey = { id: 'test', key: Buffer.from(keyHex, 'hex') };

const url = (): string => `sqlite:${join(folder, 'keyturn.db')}`;

async function openStore(): Promise<Store> {
  const opened = await createStore({ url: url(), sealingKeys: [ownKey], log });
  stores.push(opened);
  return opened;
}

beforeEach(async () => {
  warnings.length = 0;
  folder = await createScratchFolder('outbox');
  clock = createManualClock();
  store = await openStore();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  for (const mailer of mailers.splice(0)) mailer.close();
  await Promise.all(stores.splice(0).map((opened) => opened.close()));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await removeScratchFolder(folder);
});

function work(handlers: Record<string, OutboxHandler>, extra: Partial<OutboxWorkerDeps> = {}): OutboxWorker {
  const worker = createOutboxWorker({ outbox: store.outbox, clock, log, handlers, ...extra });
  workers.push(worker);
  worker.start();
  return worker;
}

let rows = 0;
async function put(
  lane: OutboxLane,
  row: { id?: string; kind?: string; payload?: unknown; raw?: string; expiresIn?: number } = {},
): Promise<string> {
  rows += 1;
  const id = row.id ?? `row-${rows}`;
  const now = clock.now();
  const payload = row.raw ?? JSON.stringify(row.payload ?? { to: 'alice@example.test', subject: 'Hello', text: 'Hello' });
  const expiresAt = row.expiresIn === undefined ? null : now + row.expiresIn;
  await store.outbox.insert({ id, lane, kind: row.kind ?? 'mail', payload, createdAt: now, runAt: now, expiresAt });
  return id;
}

/** What waits and what was given up, in all lanes. */
async function backlog(): Promise<{ waiting: number; failed: number }> {
  const lanes = await store.outbox.backlog(clock.now());
  return { waiting: lanes.reduce((sum, lane) => sum + lane.waiting, 0), failed: lanes.reduce((sum, lane) => sum + lane.failed, 0) };
}

const eventually = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 30_000, interval: 5 });
const backlogIs = (waiting: number, failed: number) => eventually(async () => expect(await backlog()).toEqual({ waiting, failed }));

/** Seconds from one look at what others are at to the next. */
const LOOK = 5;
/** Lets so many seconds pass, in each of which the worker comes to look. */
async function watchFor(worker: OutboxWorker, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    worker.kick();
    await vi.waitFor(() => expect(clock.sleeping()).toBeGreaterThan(0));
    for (let turn = 0; turn < 3; turn += 1) await store.ping();
    clock.advance(1000);
  }
}

async function startServer(): Promise<SmtpServer> {
  const server = await startSmtp({ security: 'none' });
  servers.push(server);
  return server;
}
function settingsFor(server: SmtpServer): Extract<MailSettings, { kind: 'smtp' }> {
  const { host, port } = server;
  return { kind: 'smtp', from: 'keyturn@example.test', servers: [{ host, port, security: 'none', timeoutSeconds: 5 }] };
}
function deliveryTo(server: SmtpServer): OutboxHandler {
  const mailer = createSmtpMailer(settingsFor(server), { resolveSecret: () => '', log, clock, publicUrl: 'https://portal.example.test' });
  mailers.push(mailer);
  return createMailDelivery(mailer);
}

describe('through a mail server', () => {
  it('delivers as soon as it is kicked, with the id of the row as message id', async () => {
    const server = await startServer();
    const worker = work({ mail: deliveryTo(server) });
    const id = await put('code', { expiresIn: 600_000 });
    worker.kick('code');
    const message = await server.waitForMessage('alice@example.test');
    expect(message.headers['message-id']).toBe(`<${id}@example.test>`);
    await backlogIs(0, 0);
  });

  it('tries again what was refused for now, and gives up what was refused for good', async () => {
    const server = await startServer();
    const worker = work({ mail: deliveryTo(server) });
    await server.setMode('refuse-temporarily');
    await put('code', { expiresIn: 600_000 });
    worker.kick('code');
    await eventually(async () => expect((await peek('code'))?.problem).toBe('mail.deferred'));
    await server.setMode('accept');
    clock.advance(31_000);
    await server.waitForMessage('alice@example.test');
    await backlogIs(0, 0);

    await server.setMode('refuse');
    await put('notice');
    worker.kick();
    await backlogIs(0, 1);
  });

  it('delivers after a restart what was left', async () => {
    const server = await startServer();
    await server.setMode('refuse-temporarily');
    const ids = await Promise.all([put('notice'), put('notice'), put('bulk')]);
    const before = work({ mail: deliveryTo(server) });
    await eventually(async () => expect((await peek('bulk'))?.problem).toBe('mail.deferred'));
    expect(await before.stop()).toBe(true);
    await store.close();
    await server.setMode('accept');

    store = await openStore();
    clock.advance(60_000);
    work({ mail: deliveryTo(server) });
    await backlogIs(0, 0);
    const delivered = (await server.messages()).map((message) => message.headers['message-id']);
    expect(delivered.sort()).toEqual(ids.map((id) => `<${id}@example.test>`).sort());
  });

  it('delivers again, recognisably, when the process is killed between sending and saying so', async () => {
    const server = await startServer();
    const id = await put('code', { expiresIn: 600_000 });
    const options: SenderOptions = { url: url(), keyHex, now: clock.now(), mail: settingsFor(server) };
    const script = join(import.meta.dirname, '..', '..', 'test', 'jobs', 'send-until-killed.ts');
    const child = spawn(process.execPath, [script, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await server.messages()).toHaveLength(1);

    // What the dead one's clock said does not count: its message is left to it for as long as a living one has itself watched it.
    const seen = clock.now();
    const deliver = deliveryTo(server);
    const triedAt: number[] = [];
    const worker = work({
      mail: async (payload, context) => {
        triedAt.push(clock.now());
        await deliver(payload, context);
      },
    });
    await watchFor(worker, 59);
    expect(triedAt).toEqual([]);
    await watchFor(worker, LOOK + 1);
    await backlogIs(0, 0);
    expect(triedAt).toHaveLength(1);
    expect(triedAt[0]).toBeLessThanOrEqual(seen + (60 + LOOK) * 1000);
    const delivered = (await server.messages()).map((message) => message.headers['message-id']);
    expect(delivered).toEqual([`<${id}@example.test>`, `<${id}@example.test>`]);
  });
});

/** The next row of a lane as it is stored: taken ahead of its turn in a transaction that is undone. */
async function peek(lane: OutboxLane): Promise<Pick<OutboxRow, 'problem'> | undefined> {
  const far = clock.now() + 40 * 24 * 3_600_000;
  const seen = new Set<OutboxRow>();
  await store
    .transaction(async (inner) => {
      for (const row of await inner.outbox.take(lane, Math.min(far, clock.now() + 300_000), far, 10)) seen.add(row);
      throw new Error('look only');
    })
    .catch(() => undefined);
  return [...seen][0];
}

describe('lanes', () => {
  it('lets a code through while 500 bulk messages wait and every bulk place is busy', async () => {
    for (let index = 0; index < 500; index += 1) await put('bulk', { kind: 'bulk' });
    let release = (): void => {};
    const codeSent = new Promise<void>((resolve) => {
      release = resolve;
    });
    let bulk = 0;
    let bulkWhenCodeCame = 0;
    const worker = work({
      bulk: async () => {
        bulk += 1;
        if (bulk === 50) {
          await put('code', { kind: 'code', expiresIn: 60_000 });
          worker.kick('code');
        }
        // From here on no bulk message is finished before the code is.
        if (bulk >= 50) await codeSent;
      },
      code: async () => {
        bulkWhenCodeCame = bulk;
        release();
      },
    });
    await backlogIs(0, 0);
    expect(bulk).toBe(500);
    expect(bulkWhenCodeCame).toBeLessThan(55);
  });

  it('keeps to the places of each lane', async () => {
    for (let index = 0; index < 20; index += 1) await put('notice', { kind: 'count' });
    let now = 0;
    let most = 0;
    const count: OutboxHandler = async () => {
      now += 1;
      most = Math.max(most, now);
      await store.ping();
      now -= 1;
    };
    work({ count }, { lanes: { notice: { concurrency: 2 } } });
    await backlogIs(0, 0);
    expect(most).toBe(2);
  });
});

describe('a clock that is set back', () => {
  const HOUR = 3_600_000;

  it('holds up nothing that is to leave at once', async () => {
    await Promise.all([put('code', { expiresIn: 600_000 }), put('notice'), put('bulk')]);
    clock.set(clock.now() - 3 * HOUR);
    const sent: number[] = [];
    work({ mail: async (_, { attempts }) => void sent.push(attempts) });
    await backlogIs(0, 0);
    expect(sent).toEqual([1, 1, 1]);
  });

  it('by more than a day holds up nothing that was tried before, nor what a worker that died was at', async () => {
    await put('notice');
    await put('notice', { kind: 'other' });
    // Its process is not dead here, but as good as that: it does not come back before the end.
    const gate = Promise.withResolvers<void>();
    const sent: string[] = [];
    const note = (kind: string) => async () => void sent.push(kind);
    let isServerBack = false;
    work({
      mail: async () => {
        if (!isServerBack) throw new AppError('mail.deferred');
        await note('mail')();
      },
      other: () => gate.promise,
    });
    try {
      const problems = async () => (await store.outbox.pending(10, [])).map(({ problem }) => problem);
      await eventually(async () => expect(await problems()).toContain('mail.deferred'));
      clock.set(clock.now() - 25 * HOUR);
      isServerBack = true;
      const worker = work({ mail: note('mail'), other: note('other') });
      // What was tried in vain after its wait, and what somebody is at once it was watched for long enough.
      await watchFor(worker, 3 * LOOK);
      await eventually(() => expect(sent).toEqual(['mail']));
      await watchFor(worker, 60);
      await eventually(() => expect(sent).toEqual(['mail', 'other']));
    } finally {
      gate.resolve();
    }
  });
});

describe('several workers', () => {
  it('goes on with what takes the place of a row, each once, when two workers have it', async () => {
    const sent: string[] = [];
    const mail: OutboxHandler = async (payload) => void sent.push((payload as { to: string }).to);
    const mailTo = (to: string) => ({
      ...{ lane: 'notice' as const, kind: 'mail', payload: JSON.stringify({ to }) },
      ...{ createdAt: clock.now(), runAt: clock.now(), expiresAt: null },
    });
    const gate = Promise.withResolvers<void>();
    const compose = vi.fn(async () => {
      // The first one takes longer than its lease: another worker has it as well by then.
      if (compose.mock.calls.length === 1) await gate.promise;
      return [mailTo('a'), mailTo('b')];
    });
    const composers = { notice: compose };
    await put('notice', { kind: 'notice' });
    work({ mail }, { composers });
    await eventually(() => expect(compose).toHaveBeenCalledTimes(1));
    await watchFor(work({ mail }, { composers }), 60 + LOOK + 1);
    await eventually(() => expect(sent.toSorted()).toEqual(['a', 'b']));
    gate.resolve();
    expect(await workers[0]?.stop()).toBe(true);
    expect(sent.toSorted()).toEqual(['a', 'b']);
    await backlogIs(0, 0);
  });

  it('do each piece of work once', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 200; index += 1) ids.push(await put('notice', { kind: 'count' }));
    const done: string[] = [];
    const count: OutboxHandler = async (_payload, { id }) => void done.push(id);
    const other = await openStore();
    work({ count });
    work({ count }, { outbox: other.outbox });
    await backlogIs(0, 0);
    expect(done.sort()).toEqual(ids.sort());
  });
});

describe('what cannot be done', () => {
  it.each([
    ['is no JSON', { raw: '{' }, 'request.malformed'],
    ['is no mail', { payload: { to: 1 } }, 'request.malformed'],
    ['has an address nobody can have', { payload: { to: 'a@b\r\nBcc: c@d', subject: '', text: '' } }, 'mail.refused'],
  ] satisfies [string, Parameters<typeof put>[1], string][])('is given up at once when it %s', async (_name, row, problem) => {
    const server = await startServer();
    await put('notice', row);
    await put('notice', { id: 'good-one-after' });
    work({ mail: deliveryTo(server) });
    await backlogIs(0, 1);
    expect(await server.messages()).toHaveLength(1);
    expect(warnings).toMatchObject([{ event: 'outbox.given-up', facts: { attempts: 1, problem } }]);
  });

  it('is given up after five tries when the fault is ours, and holds nothing up', async () => {
    let tries = 0;
    await put('notice', { kind: 'faulty' });
    work({
      faulty: async () => {
        tries += 1;
        throw new TypeError('bug');
      },
    });
    for (let round = 1; round <= 5; round += 1) {
      await eventually(() => expect(tries).toBe(round));
      await eventually(async () =>
        expect((await store.outbox.backlog(clock.now())).find(({ lane }) => lane === 'notice')?.oldestRunAt !== clock.now()).toBe(true),
      );
      clock.advance(600_000);
    }
    await backlogIs(0, 1);
    expect(tries).toBe(5);
  });

  it('ends with its usefulness: a code that expired is not sent', async () => {
    let tries = 0;
    await put('code', { kind: 'down', expiresIn: 10_000 });
    const worker = work({
      down: async () => {
        tries += 1;
        throw new AppError('mail.unavailable');
      },
    });
    worker.kick();
    await eventually(() => expect(tries).toBeGreaterThan(0));
    for (let round = 0; round < 12; round += 1) {
      clock.advance(2_000);
      await store.ping();
    }
    await backlogIs(0, 1);
    const before = tries;
    clock.advance(60_000);
    await backlogIs(0, 1);
    expect(tries).toBe(before);
  });

  it('does not hold up the others when it cannot be decrypted', async () => {
    const stranger = await createStore({ url: url(), sealingKeys: [{ id: 'lost', key: Buffer.alloc(32, 9) }, ownKey], log });
    stores.push(stranger);
    const now = clock.now();
    await stranger.outbox.insert({
      id: 'sealed',
      lane: 'notice',
      kind: 'count',
      payload: '{}',
      createdAt: now,
      runAt: now,
      expiresAt: null,
    });
    for (let index = 0; index < 5; index += 1) await put('notice', { kind: 'count' });
    const done: string[] = [];
    const worker = work({ count: async (_payload, { id }) => void done.push(id) });
    // Those taken together with it wait for their lease once; from then on they are taken one by one.
    await eventually(async () => {
      worker.kick();
      clock.advance(20_000);
      expect(done).toHaveLength(5);
    });
    await eventually(async () => expect((await backlog()).waiting).toBe(1));
  });

  it('waits for a node that knows the kind', async () => {
    await put('notice', { kind: 'from-a-newer-release' });
    const old = work({});
    await eventually(async () => expect((await peek('notice'))?.problem).toBe('outbox.kind-unknown'));
    await old.stop();
    let done = 0;
    clock.advance(10_000);
    work({
      'from-a-newer-release': async () => {
        done += 1;
      },
    });
    await backlogIs(0, 0);
    expect(done).toBe(1);
  });
});

describe('stop', () => {
  it('waits for what runs, and takes nothing more', async () => {
    let finish = (): void => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let begun = 0;
    const slow: OutboxHandler = async () => {
      begun += 1;
      await gate;
    };
    await put('notice', { kind: 'slow' });
    await put('notice', { kind: 'slow' });
    const worker = work({ slow }, { lanes: { notice: { concurrency: 1 } } });
    await eventually(() => expect(begun).toBe(1));
    const stopped = worker.stop();
    finish();
    expect(await stopped).toBe(true);
    expect(begun).toBe(1);
    expect(await backlog()).toEqual({ waiting: 1, failed: 0 });
  });

  it('does not wait for ever', async () => {
    let begun = 0;
    const stuck: OutboxHandler = () => {
      begun += 1;
      return new Promise<void>(() => {});
    };
    await put('notice', { kind: 'stuck' });
    const worker = createOutboxWorker({ outbox: store.outbox, clock, log, handlers: { stuck } });
    worker.start();
    await eventually(() => expect(begun).toBe(1));
    const stopped = worker.stop(5_000);
    clock.advance(5_000);
    expect(await stopped).toBe(false);
  });
});
