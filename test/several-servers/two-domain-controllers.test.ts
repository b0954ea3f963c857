import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { writeWindow } from '../../src/core/writes/write-window.ts';
import { newPassword } from '../conformance/samples.ts';
import type { JourneyClient } from '../scenarios/journey-client.ts';
import { type Keyturn, startKeyturn, until } from '../scenarios/start-keyturn.ts';
import { anyFault, atTheWrite, breakServers, type Fault, mendServers, untilReadable } from './break-servers.ts';
import { ONE_PROOF, settle, walkTo, writeEvents } from './recovery.ts';
import {
  type DomainPerson,
  isLockedOn,
  type ProxiedController,
  passwordVersionOn,
  startTwoControllers,
  type TwoControllers,
} from './two-domain-controllers.ts';

/** How many disturbed journeys a run plays of each sort. */
const RUNS = process.env.KEYTURN_LONG === '1' ? 60 : 4;

const impatient = { connectTimeoutMilliseconds: 1000, operationTimeoutMilliseconds: 1200, retryServerAfterSeconds: 1 };

let two: TwoControllers;
let keyturn: Keyturn;

beforeAll(async () => {
  two = await startTwoControllers();
});
afterEach(async () => {
  await keyturn?.close();
});
afterAll(async () => {
  await two?.stop();
});

const start = async (historyOnReset: 'two-step' | 'not-enforced' = 'not-enforced'): Promise<void> => {
  const section = two.section([two.first, two.second], { ...impatient, historyOnReset });
  keyturn = await startKeyturn({ directories: [section], configuration: ONE_PROOF });
};

const both = <T>(look: (controller: ProxiedController) => Promise<T>): Promise<T[]> => Promise.all([two.first, two.second].map(look));

/** Which of the two an event or an outcome names. */
const named = (server: string | undefined): ProxiedController =>
  [two.first, two.second].find(({ url }) => server?.startsWith(url)) ?? expect.fail(`no server ${server}`);

/** The newest event of a write, of those after the first `earlier`. */
const lastEvent = async (earlier = 0) => (await writeEvents(keyturn)).slice(earlier).at(-1);

describe.each([
  { mode: 'not-enforced' as const, pieces: 3, most: 1 },
  { mode: 'two-step' as const, pieces: 6, most: 2 },
])('two domain controllers, of which one or both fail in the middle of a reset ($mode)', ({ mode, pieces, most }) => {
  it('never says that something was done which was not, or was not done which was, and never writes to both', async () => {
    await start(mode);
    const said = new Map<string, number>();
    const play = async (planned: Fault): Promise<void> => {
      const person = await two.nextPerson();
      const { address } = await keyturn.enrol(person.login);
      const client = await walkTo(keyturn, person.login, address);
      const stands = () => client.step.kind;
      const wanted = newPassword();
      const earlier = (await writeEvents(keyturn)).length;
      const versions = await both((controller) => passwordVersionOn(controller, person));
      const written = async () => (await both((one) => passwordVersionOn(one, person))).map((now, which) => now - (versions[which] ?? 0));
      atTheWrite(keyturn, planned.when, 'resetPassword', () => breakServers(planned, two.first, two.second));
      await client.answer({ password: wanted });
      await mendServers(planned, two.first, two.second, async () => Math.max(...(await written())) > 0);
      await untilReadable(keyturn, person.login);
      if (stands() === 'waiting') await settle(keyturn, client);

      const counts = await written();
      expect(Math.min(...counts)).toBe(0);
      expect(Math.max(...counts)).toBeLessThanOrEqual(most);
      const outcome = await told(client, { ...person, wanted, counts, event: await lastEvent(earlier) });
      said.set(outcome, (said.get(outcome) ?? 0) + 1);
      // Whatever happened to this one, the person gets there in the end.
      if (outcome !== 'done' && stands() === 'new-password') {
        const another = newPassword();
        await client.answer({ password: another });
        // On a busy machine its answer may come too late as well.
        if (stands() === 'waiting') await settle(keyturn, client);
        expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
        expect(await named((await lastEvent())?.server).server.canBind(person.dn, another)).toBe(true);
      }
    };
    await fc.assert(fc.asyncProperty(anyFault(pieces), play), { numRuns: RUNS, endOnFailure: true });
    expect(said.size).toBeGreaterThan(0);
  });

  /** What was told is so. @returns what was told */
  async function told(
    client: JourneyClient,
    what: DomainPerson & { wanted: string; counts: readonly number[]; event: Awaited<ReturnType<typeof lastEvent>> },
  ): Promise<string> {
    const { event, counts } = what;
    const works = async ({ server }: ProxiedController) => ({
      old: await server.canBind(what.dn, what.password),
      new: await server.canBind(what.dn, what.wanted),
    });
    switch (event?.type) {
      case 'write.succeeded':
        expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
        expect(await works(named(event.server))).toEqual({ old: false, new: true });
        return 'done';
      case 'write.unknown':
        expect(client.at('done').results).toMatchObject([{ outcome: 'unknown' }]);
        return 'unknown';
      case 'write.refused': {
        // The first of two steps was done, and its password is one that nobody knows.
        expect({ mode, step: client.step.kind }).toEqual({ mode: 'two-step', step: 'new-password' });
        expect(await works(named(event.server))).toEqual({ old: false, new: false });
        return 'left-temporary';
      }
      default:
        // No event: not even the intent was written, since nobody could be asked.
        expect(client.step.kind).toBe('new-password');
        expect({ type: event?.type, counts }).toMatchObject({ counts: [0, 0] });
        expect(await both(works)).toEqual([
          { old: true, new: false },
          { old: true, new: false },
        ]);
        return 'unchanged';
    }
  }
});

describe('an unlock, while one or both fail', () => {
  it('is told as it is on the one that was written to, and is done on one only', async () => {
    await start();
    const play = async (planned: Fault): Promise<void> => {
      const person = await two.nextPerson();
      const { address } = await keyturn.enrol(person.login);
      await both(({ server }) => server.lockUser(person));
      const client = await walkTo(keyturn, person.login, address, 'unlock-account');
      client.at('confirm-unlock');
      const earlier = (await writeEvents(keyturn)).length;
      atTheWrite(keyturn, planned.when, 'unlock', () => breakServers(planned, two.first, two.second));
      await client.answer({ confirm: true });
      const locked = () => both((controller) => isLockedOn(controller, person));
      await mendServers(planned, two.first, two.second, async () => (await locked()).includes(false));
      await untilReadable(keyturn, person.login);
      if (client.step.kind === 'waiting') await settle(keyturn, client);

      expect(await locked()).toContain(true);
      const event = await lastEvent(earlier);
      if (event?.type === 'write.succeeded') {
        expect(client.at('done').results).toMatchObject([{ outcome: 'unlocked' }]);
        expect(await isLockedOn(named(event.server), person)).toBe(false);
      } else if (event?.type === 'write.unknown') {
        expect(client.at('done').results).toMatchObject([{ outcome: 'unknown' }]);
      } else {
        client.at('confirm-unlock');
        expect(await locked()).toEqual([true, true]);
      }
    };
    await fc.assert(fc.asyncProperty(anyFault(3), play), { numRuns: RUNS, endOnFailure: true });
  });
});

describe('a domain controller that dies in the middle of a write and stays dead', () => {
  it.each(['before its request arrives', 'when it has done it'] as const)(
    'leaves it unknown, %s, and nothing is written to the other',
    async (when) => {
      await start();
      const person = await two.nextPerson();
      const { address } = await keyturn.enrol(person.login);
      const client = await walkTo(keyturn, person.login, address);
      const [, before] = await both((controller) => passwordVersionOn(controller, person));
      const { proxy, server } = two.first;
      atTheWrite(keyturn, 'writing', 'resetPassword', async () =>
        proxy.tear(
          when === 'when it has done it'
            ? { direction: 'answer', piece: 1, passes: 'nothing', ending: 'stall' }
            : { direction: 'request', piece: 1, passes: 'half', ending: 'stall' },
        ),
      );
      const wanted = newPassword();
      await client.answer({ password: wanted });
      await server.kill();
      proxy.setMode('refuse');
      try {
        expect(client.step.kind).toBe('waiting');
        // Nobody has seen the server since: the time after which nobody waits for it.
        keyturn.clock.move(writeWindow(0, keyturn.deps.directories.get('people').timeLimits).givenUpAt);
        await until(async () => {
          keyturn.clock.move(1000);
          return (await keyturn.deps.store.intents.openCount()) === 0;
        }, 'the sweeper to give up');
        const { step } = (await client.call('GET', '/journeys/current')).body;
        expect(step).toMatchObject({ kind: 'done', results: [{ outcome: 'unknown' }] });
        expect(await lastEvent()).toMatchObject({ type: 'write.unknown', server: expect.stringContaining(two.first.url) });
        expect(await passwordVersionOn(two.second, person)).toBe(before);
        expect(await two.second.server.canBind(person.dn, person.password)).toBe(true);
      } finally {
        await server.restart();
        proxy.cutAll();
        proxy.setMode('forward');
      }
      expect(await server.canBind(person.dn, wanted)).toBe(when === 'when it has done it');
    },
  );
});

describe('a lock that only one of them knows', () => {
  async function lockedOnTheSecond() {
    await start();
    const person = await two.nextPerson();
    const { address } = await keyturn.enrol(person.login);
    await two.second.server.lockUser(person);
    expect(await both((controller) => isLockedOn(controller, person))).toEqual([false, true]);
    return { person, address };
  }

  it('is not found on the other, where its counters are its own', async () => {
    const { person } = await lockedOnTheSecond();
    const counts = await both(async ({ server }) => (await server.read(person.dn, ['badPwdCount', 'lockoutTime'])).badPwdCount?.[0] ?? '0');
    expect(counts).toEqual(['0', '5']);
    const directory = keyturn.deps.directories.get('people');
    const [account] = await directory.findAccounts(person.login);
    if (account === undefined) throw new Error('nobody');
    const prepared = await directory.prepareWrite(account);
    expect(prepared.server).toContain(two.first.url);
    expect(await directory.readFingerprint(account, prepared.server)).toMatchObject({ locked: false });
    await two.replicate('first');
    expect(await directory.readFingerprint(account, prepared.server)).toMatchObject({ locked: true });
  });

  it('is seen and ended there', async () => {
    const { person, address } = await lockedOnTheSecond();
    const client = await walkTo(keyturn, person.login, address, 'unlock-account');
    expect(client.at('confirm-unlock').message).toBeUndefined();
    await client.answer({ confirm: true });
    expect(client.at('done').results).toMatchObject([{ outcome: 'unlocked' }]);
    expect(await lastEvent()).toMatchObject({ type: 'write.succeeded', server: expect.stringContaining(two.second.url) });
    expect(await both((controller) => isLockedOn(controller, person))).toEqual([false, false]);
    expect(await two.second.server.canBind(person.dn, person.password)).toBe(true);
  });

  it('is ended with a reset, which goes where the lock is', async () => {
    const { person, address } = await lockedOnTheSecond();
    const client = await walkTo(keyturn, person.login, address);
    expect(client.at('new-password').mayKeepPassword).toBe(true);
    const wanted = newPassword();
    await client.answer({ password: wanted });
    expect(client.at('done').results).toMatchObject([{ outcome: 'password-reset' }]);
    expect(await two.second.server.canBind(person.dn, wanted)).toBe(true);
    expect(await isLockedOn(two.second, person)).toBe(false);
  });

  it('is not known while that one cannot be asked, and never called none', async () => {
    const { person, address } = await lockedOnTheSecond();
    two.second.proxy.cutAll();
    two.second.proxy.setMode('refuse');
    try {
      const client = await walkTo(keyturn, person.login, address, 'unlock-account');
      expect(client.at('confirm-unlock').message).toMatch(/^We cannot see whether your account is locked/);
    } finally {
      two.second.proxy.setMode('forward');
    }
  });

  it('is not said to be ended where that one goes away before it is', async () => {
    const { person, address } = await lockedOnTheSecond();
    const client = await walkTo(keyturn, person.login, address, 'unlock-account');
    atTheWrite(keyturn, 'writing', 'unlock', async () => {
      two.second.proxy.cutAll();
      two.second.proxy.setMode('refuse');
    });
    try {
      await client.answer({ confirm: true });
    } finally {
      two.second.proxy.setMode('forward');
    }
    await untilReadable(keyturn, person.login);
    // What was under way on a connection that broke may have arrived; then it is read afterwards.
    if (client.step.kind === 'waiting') await settle(keyturn, client);
    expect((await lastEvent())?.type).not.toBe('write.succeeded');
    if (client.step.kind === 'done') expect(client.at('done').results).toMatchObject([{ outcome: 'unknown' }]);
    else client.at('confirm-unlock');
    expect(await both((controller) => isLockedOn(controller, person))).toEqual([false, true]);
  });

  it('is known to be none where both say so', async () => {
    await start();
    const person = await two.nextPerson();
    const { address } = await keyturn.enrol(person.login);
    const client = await walkTo(keyturn, person.login, address, 'unlock-account');
    expect(client.at('done').results).toMatchObject([{ outcome: 'was-not-locked' }]);
  });
});
