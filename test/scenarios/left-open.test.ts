import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { expireJourneys } from '../../src/core/journey/expire-journeys.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { codeIn, createMovableClock, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function start(options: Partial<Parameters<typeof startKeyturn>[0]> = {}): Promise<Keyturn> {
  const keyturn = await startKeyturn({ directories: [embeddedSection()], configuration: { guard: GENEROUS_LIMITS }, ...options });
  open.push(() => keyturn.close());
  return keyturn;
}

async function expired({ deps }: Keyturn): Promise<{ journey: string; actor: { kind: string } }[]> {
  const rows = await deps.store.audit.read(0, 10_000);
  return rows.filter(({ type }) => type === 'journey.expired').map(({ data }) => JSON.parse(data) as never);
}

describe('a journey that nobody brings to an end', () => {
  it('leaves its event, once, whichever node is there; ended ones leave none', async () => {
    const folder = await createScratchFolder('left-open');
    open.push(() => removeScratchFolder(folder));
    const shared = { database: `sqlite:${join(folder, 'keyturn.sqlite')}`, key: new Uint8Array(32).fill(7), clock: createMovableClock() };
    const one = await start(shared);
    const two = await start(shared);
    await addPerson(one, 'alice');
    await one.enrol('alice');
    const atFirst = await startJourney(one.url, 'alice');
    const further = await startJourney(one.url, 'nobody');
    await further.answer({ option: 'email' });
    const ended = await startJourney(one.url, 'alice');
    await ended.call('DELETE', '/journeys/current');
    await startJourney(one.url, 'alice', 'find-username');
    expect(await expireJourneys(one.deps)).toBe(0);
    shared.clock.move(21 * 60_000);
    // By turns: two connections of one process cannot wait for each other on SQLite. At once is for the specification of the store.
    await Promise.all([one, one, one].map(({ deps }) => expireJourneys(deps)));
    expect(await expireJourneys(two.deps)).toBe(0);
    const events = await expired(one);
    expect(events).toHaveLength(2);
    expect(new Set(events.map(({ journey }) => journey)).size).toBe(2);
    expect(events[0]?.actor).toEqual({ kind: 'system' });
    expect((await atFirst.call('GET', '/journeys/current')).status).toBe(410);
  });

  it('leaves it when the node runs by itself, and many at once', async () => {
    const keyturn = await start();
    for (let count = 0; count < 130; count += 1) {
      const now = keyturn.clock.now();
      await keyturn.deps.store.journeys.insert({
        id: `j${count}`,
        tokenDigest: `t${count}`,
        version: 1,
        goal: 'reset-password',
        status: 'open',
        state: '{}',
        createdAt: now,
        expiresAt: now + 1000,
      });
    }
    keyturn.clock.move(16_000);
    await until(async () => (await expired(keyturn)).length === 130, 'the events', 30_000);
  });
});

describe('a user name that was asked for', () => {
  it('is mailed by whoever is there when the process that was asked is not any more', async () => {
    const folder = await createScratchFolder('left-open');
    open.push(() => removeScratchFolder(folder));
    const shared = { database: `sqlite:${join(folder, 'keyturn.sqlite')}`, key: new Uint8Array(32).fill(7), clock: createMovableClock() };
    const settling = { guard: GENEROUS_LIMITS, recovery: { settleMilliseconds: 750 } };
    const first = await startKeyturn({ directories: [embeddedSection()], configuration: settling, ...shared });
    await addPerson(first, 'alice');
    const { address } = await first.enrol('alice');
    await startJourney(first.url, 'alice', 'find-username');
    // Long before it is due.
    await first.close();
    expect(first.messages()).toEqual([]);
    const second = await start(shared);
    shared.clock.move(10_000);
    expect((await second.waitForMessage(address)).text).toContain('alice');
  });
});

describe('a mail that somebody asked for', () => {
  it('is in the language of the owner, and says when and from where it was asked for', async () => {
    const keyturn = await start({ trustedProxies: ['127.0.0.1'] });
    await addPerson(keyturn, 'bjoern', { language: 'de' });
    await addPerson(keyturn, 'carol');
    for (const [login, words] of [
      ['bjoern', /angefordert wurde das am .* \(.+\) von einem Programm mit der Netzadresse 127\.0\.0\.1/i],
      ['carol', /asked for on .* \(.+\), by a program at the network address 127\.0\.0\.1/],
    ] as const) {
      const { address } = await keyturn.enrol(login);
      // The one who asks speaks the other language.
      const client = await startJourney(keyturn.url, login, 'reset-password', login === 'carol' ? 'de' : 'en');
      await client.answer({ option: 'email' });
      expect((await keyturn.waitForMessage(address)).text).toMatch(words);
      await startJourney(keyturn.url, login, 'find-username', login === 'carol' ? 'de' : 'en');
      expect((await keyturn.waitForMessage(address, 1)).text).toMatch(words);
    }
  });

  it('still has its code on a line of its own', async () => {
    const keyturn = await start();
    await addPerson(keyturn, 'alice');
    const person = await keyturn.enrol('alice');
    const client = await startJourney(keyturn.url, 'alice');
    await prove(keyturn, client, person);
    expect(codeIn(keyturn.messages(person.address).at(-1) as never)).toMatch(/^\d{8}$/);
  });
});
