import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MailSettings } from '../../src/core/configuration/mail-section.ts';
import type { OutboxLane } from '../../src/core/ports/outbox-store.ts';
import { createStore } from '../../src/store/create-store.ts';
import type { SenderOptions } from '../jobs/send-until-killed.ts';
import { sharedPostgres } from '../servers/shared-servers.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { quietLog } from '../store/fixture.ts';
import { createMigratedDatabase } from '../store/migrated-database.ts';
import { embeddedSection } from './sample-directory.ts';
import { createMovableClock, type Keyturn, type MovableClock, startKeyturn, until } from './start-keyturn.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
/** Seconds for which a node watches what another one is at, and as many more as may be between two looks. */
const [LEASE, LOOK] = [60, 5];

let smtp: SmtpServer;
beforeAll(async () => {
  smtp = await startSmtp();
});
afterAll(() => smtp?.stop());

describe('messages of nodes whose clocks differ', () => {
  const nodes: Keyturn[] = [];
  const drops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    await smtp.setMode('accept');
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    for (const drop of drops.splice(0)) await drop();
  });
  async function createDatabase(): Promise<string> {
    const { url, drop } = await createMigratedDatabase(await sharedPostgres());
    drops.push(drop);
    return url;
  }

  const mail = (): Extract<MailSettings, { kind: 'smtp' }> => ({
    kind: 'smtp',
    from: 'Keyturn <keyturn@example.test>',
    servers: [{ host: smtp.host, port: smtp.port, security: 'none', timeoutSeconds: 15 }],
  });
  const key = new Uint8Array(randomBytes(32));
  async function start(database: string, clock: MovableClock): Promise<Keyturn> {
    const node = await startKeyturn({ database, key, clock, directories: [embeddedSection()], configuration: { mail: mail() } });
    nodes.push(node);
    return node;
  }
  const shifted = (clock: MovableClock, by: number): MovableClock => ({ ...clock, now: () => clock.now() + by });
  const to = () => `${randomBytes(6).toString('hex')}@example.test`;
  const arrived = async (address: string) => (await smtp.messages()).filter((message) => message.to.includes(address)).length;

  /** As whoever queues a mail does, by the clock of the node. */
  async function queue({ store, clock }: Pick<Keyturn['deps'], 'store' | 'clock'>, lane: OutboxLane, address: string): Promise<string> {
    const id = randomBytes(8).toString('hex');
    const [now, payload] = [clock.now(), JSON.stringify({ to: address, subject: 'x', text: 'x' })];
    await store.outbox.insert({ id, lane, kind: 'mail', payload, createdAt: now, runAt: now, expiresAt: null });
    return id;
  }
  const doneAt = async ({ deps }: Pick<Keyturn, 'deps'>, id: string) => (await deps.store.outbox.find(id))?.doneAt ?? null;

  describe.each([
    ['five minutes ahead', 5 * MINUTE],
    ['a day behind', -DAY],
  ])('of which one is %s', (_which, off) => {
    it('leave once, however long the server takes, whichever node is at them', async () => {
      const [database, clock] = [await createDatabase(), createMovableClock()];
      const both = [await start(database, clock), await start(database, shifted(clock, off))];
      // Longer than the nodes need to look for work several times.
      await smtp.setMode('slow', 4000);
      const sent = await Promise.all(
        both.flatMap((node) =>
          (['code', 'notice', 'bulk'] as const).map(async (lane) => {
            const address = to();
            return { address, node, id: await queue(node.deps, lane, address) };
          }),
        ),
      );
      for (const { node, id } of sent) await until(async () => (await doneAt(node, id)) !== null, 'each message to be done');
      for (const { address } of sent) expect(await arrived(address)).toBe(1);
    });

    /** Has one delivered by a process that is killed before it can say so, and whose clock is `off` from the other one. */
    async function killedWhileSending(database: string, clock: MovableClock, address: string): Promise<string> {
      const now = clock.now() + off;
      const keyHex = Buffer.from(key).toString('hex');
      const store = await createStore({ url: database, sealingKeys: [{ id: 'test', key }], log: quietLog });
      const id = await queue({ store, clock: { ...clock, now: () => now } }, 'code', address);
      await store.close();
      const options: SenderOptions = { url: database, keyHex, now, mail: mail() };
      const script = join(import.meta.dirname, '..', 'jobs', 'send-until-killed.ts');
      const child = spawn(process.execPath, [script, JSON.stringify(options)], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
      return id;
    }

    it('are sent by the other one when the one that was at them has died, within a minute of it having seen them', async () => {
      const [database, clock, address] = [await createDatabase(), createMovableClock(), to()];
      const id = await killedWhileSending(database, clock, address);
      expect(await arrived(address)).toBe(1);
      const node = await start(database, clock);
      await looks(node);
      clock.move((LEASE - 2 * LOOK) * SECOND);
      await looks(node);
      expect([await arrived(address), await doneAt(node, id)]).toEqual([1, null]);
      clock.move(3 * LOOK * SECOND);
      await until(async () => (await doneAt(node, id)) !== null, 'the message to be done');
      expect(await arrived(address)).toBe(2);
    });

    it('that were put off by one that is gone are tried by the other one', async () => {
      const [database, clock, address] = [await createDatabase(), createMovableClock(), to()];
      const gone = await start(database, shifted(clock, off));
      await smtp.setMode('refuse-temporarily');
      const id = await queue(gone.deps, 'code', address);
      await until(async () => (await gone.deps.store.outbox.find(id))?.problem === 'mail.deferred', 'a try in vain');
      await gone.close();
      nodes.splice(nodes.indexOf(gone), 1);
      await smtp.setMode('accept');
      const node = await start(database, clock);
      await looks(node);
      clock.move(40 * SECOND);
      await until(async () => (await doneAt(node, id)) !== null, 'the message to be done');
      expect(await arrived(address)).toBe(1);
    });

    it('that nobody has begun are taken at once by the other one', async () => {
      const [database, clock, address] = [await createDatabase(), createMovableClock(), to()];
      const node = await start(database, clock);
      const id = await queue({ ...node.deps, clock: shifted(clock, off) }, 'notice', address);
      await looks(node);
      await until(async () => (await doneAt(node, id)) !== null, 'the message to be done');
      expect(await arrived(address)).toBe(1);
    });
  });

  /** Waits until the node has looked at what others are at. */
  async function looks(node: Keyturn): Promise<void> {
    const held = node.deps.store.outbox.held;
    let looked = 0;
    Object.assign(node.deps.store.outbox, {
      held: async (...parameters: Parameters<typeof held>) => {
        const rows = await held(...parameters);
        looked += 1;
        return rows;
      },
    });
    node.clock.move(LOOK * SECOND);
    await until(() => looked > 0, 'a look at what others are at');
    Object.assign(node.deps.store.outbox, { held });
    // It notes by its clock what it has read, before that moves on.
    await node.deps.store.ping();
  }
});
